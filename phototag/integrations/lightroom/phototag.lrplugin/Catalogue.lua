-- Changes of photos in the catalogue: all in one step, which the user can undo.

local LrDialogs = import("LrDialogs")
local LrTasks = import("LrTasks")

local Report = require("Report")

local Catalogue = {}

local TOGETHER = 100 -- photos between two chances for Lightroom's window

Catalogue.LONGEST_WAIT = 30 -- s, for other writers of the catalogue

-- Tells that another writer has kept the catalogue for too long.
function Catalogue.tell_busy()
    LrDialogs.message("Lightroom's catalogue is busy. Nothing was changed; try it again.", nil, "critical")
end

-- Changes photos, as one step of this name.
--   items     tables with the `path` of a photo
--   change    is called with each of them
--   problems  a list that gets one for each photo that cannot be changed
-- Returns how many were changed, or nil if the catalogue was busy.
function Catalogue.change(catalog, step, items, change, problems)
    local count = 0
    local status = catalog:withWriteAccessDo(step, function()
        for i, item in ipairs(items) do
            -- A photo may have been removed from the catalogue meanwhile; the others are changed all the same.
            local fine, why = LrTasks.pcall(change, item)
            if fine then
                count = count + 1
            else
                problems[#problems + 1] = Report.unchanged(item.path, why)
            end
            if i % TOGETHER == 0 then
                LrTasks.yield()
            end
        end
    end, { timeout = Catalogue.LONGEST_WAIT })
    return status == "executed" and count or nil
end

return Catalogue
