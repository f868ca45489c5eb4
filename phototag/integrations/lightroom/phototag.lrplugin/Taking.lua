-- Takes back what the plug-in has added to the selected photos: keywords and fields.

local LrApplication = import("LrApplication")
local LrDialogs = import("LrDialogs")
local LrTasks = import("LrTasks")

local Fields = require("Fields")
local Keywords = require("Keywords")
local Plan = require("Plan")
local Report = require("Report")
local Selection = require("Selection")

local Taking = {}

local LONGEST_WAIT = 30 -- s, for other writers of the catalogue
local TOGETHER = 100 -- photos between two chances for Lightroom's window

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
    local found, problems, count = recorded(catalog, Keywords.of(catalog), photos), {}, 0
    if #found == 0 then
        LrDialogs.message("There is nothing to take back.", "The plug-in has not tagged these photos.", "info")
        return
    end
    local status = catalog:withWriteAccessDo("Take back phototag's keywords", function()
        for i, one in ipairs(found) do
            local fine, why = LrTasks.pcall(take, one)
            if fine then
                count = count + 1
            else
                problems[#problems + 1] = Report.unchanged(one.path, why)
            end
            if i % TOGETHER == 0 then
                LrTasks.yield()
            end
        end
    end, { timeout = LONGEST_WAIT })
    if status ~= "executed" then
        LrDialogs.message("Lightroom's catalogue is busy. Nothing was changed; try it again.", nil, "critical")
        return
    end
    Report.tell("Taken back from " .. Report.photos(count) .. ".", problems, {})
end

return Taking
