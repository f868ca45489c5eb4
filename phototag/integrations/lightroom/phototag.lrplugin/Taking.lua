-- Takes back what the plug-in has added to the selected photos: keywords and fields.

local LrApplication = import("LrApplication")
local LrDialogs = import("LrDialogs")

local Catalogue = require("Catalogue")
local Fields = require("Fields")
local Keywords = require("Keywords")
local Plan = require("Plan")
local Report = require("Report")
local Selection = require("Selection")

local Taking = {}

local function ids()
    local found = {}
    for i, field in ipairs(Fields.metadataFieldsForPhotos) do
        found[i] = field.id
    end
    return found
end

-- The photos about which the plug-in has stored something, with the keywords that it has added and that are still there.
local function recorded(catalog, tree, photos)
    local records = catalog:batchGetPropertyForPlugin(photos, _PLUGIN, ids())
    local raw = catalog:batchGetRawMetadata(photos, { "keywords", "path" })
    local found = {}
    for _, photo in ipairs(photos) do
        local record, known = records[photo] or {}, raw[photo] or {}
        if next(record) ~= nil then
            local ours, keywords = {}, {}
            for _, path in ipairs(Plan.unpack(record.words)) do
                ours[path] = true
            end
            for _, keyword in ipairs(known.keywords or {}) do
                if ours[tree:path(keyword)] then
                    keywords[#keywords + 1] = keyword
                end
            end
            found[#found + 1] = { photo = photo, path = known.path, keywords = keywords }
        end
    end
    return found
end

local function take(one)
    for _, keyword in ipairs(one.keywords) do
        one.photo:removeKeyword(keyword)
    end
    for _, id in ipairs(ids()) do
        one.photo:setPropertyForPlugin(_PLUGIN, id, nil)
    end
end

-- Takes back; must be called from a task.
function Taking.run()
    local catalog = LrApplication.activeCatalog()
    local photos = Selection.photos(catalog)
    if not photos then
        LrDialogs.message("No photo is selected.", "Select the photos from which to take back.", "info")
        return
    end
    local found, problems = recorded(catalog, Keywords.of(catalog), photos), {}
    if #found == 0 then
        LrDialogs.message("There is nothing to take back.", "The plug-in has not tagged these photos.", "info")
        return
    end
    local count = Catalogue.change(catalog, "Take back phototag's keywords", found, take, problems)
    if not count then
        Catalogue.tell_busy()
        return
    end
    Report.tell("Taken back from " .. Report.photos(count) .. ".", problems, {})
end

return Taking
