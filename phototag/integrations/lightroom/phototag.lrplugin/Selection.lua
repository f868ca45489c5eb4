-- The selected photos, by file.

local LrPathUtils = import("LrPathUtils")

local Selection = {}

-- The selected photos, virtual copies among them; nil if none is selected.
function Selection.photos(catalog)
    -- Without a selection, getTargetPhotos returns all that are shown.
    if catalog:getTargetPhoto() == nil then
        return nil
    end
    return catalog:getTargetPhotos()
end

-- Sorts photos by file; returns
--   a list of files, each with `path` and its `photos`: the original and its virtual copies, as far as they are given
--   a list of problems with files that cannot be analysed
function Selection.files(catalog, photos)
    local raw = catalog:batchGetRawMetadata(photos, { "path", "isVideo", "fileFormat" })
    local files, by_path, problems = {}, {}, {}
    for _, photo in ipairs(photos) do
        local found = raw[photo] or {}
        local path = found.path or photo:getRawMetadata("path")
        local file = by_path[path]
        if file == nil then
            file = { path = path, photos = {} }
            by_path[path] = file
            local problem, remedy
            if found.isVideo or found.fileFormat == "VIDEO" then
                problem, remedy = "this is a video", "select photos only; phototag does not judge videos"
            elseif not photo:checkPhotoAvailability() then
                problem, remedy = "the file is missing", "connect its drive, or choose Library > Find Missing Photos"
            end
            if problem then
                file.left_out = true
                problems[#problems + 1] = { path = path, problem = problem, remedy = remedy }
            else
                files[#files + 1] = file
            end
        end
        file.photos[#file.photos + 1] = photo
    end
    return files, problems
end

function Selection.name(path)
    return LrPathUtils.leafName(path)
end

return Selection
