-- What the user is told at the end, in one dialog.

local LrDialogs = import("LrDialogs")

local Selection = require("Selection")

local Report = {}

local MOST_NAMED = 20 -- files in one dialog, which has no scroll bar
local SECONDS = 3 -- for which a message without problems is shown

function Report.photos(count)
    return count == 1 and "1 photo" or count .. " photos"
end

-- The problem with a photo that Lightroom does not let be changed.
function Report.unchanged(path, why)
    local problem = "Lightroom does not let it be changed (" .. tostring(why) .. ")"
    return { path = path, problem = problem, remedy = "is it still in the catalogue?" }
end

local function line(problem)
    local remedy = problem.remedy and "; " .. problem.remedy or ""
    return Selection.name(problem.path) .. ": " .. problem.problem .. remedy
end

-- Tells what was done.
--   done      one sentence
--   problems  a list of tables with `path`, `problem`, and a `remedy` unless the problem holds it
--   notes     more sentences, about no single file
function Report.tell(done, problems, notes)
    if #problems == 0 and #notes == 0 then
        LrDialogs.showBezel(done, SECONDS)
        return
    end
    local lines = {}
    for _, note in ipairs(notes) do
        lines[#lines + 1] = note
    end
    for i = 1, math.min(#problems, MOST_NAMED) do
        lines[#lines + 1] = line(problems[i])
    end
    if #problems > MOST_NAMED then
        lines[#lines + 1] = "And " .. #problems - MOST_NAMED .. " more files."
    end
    LrDialogs.message(done, table.concat(lines, "\n"), #problems > 0 and "warning" or "info")
end

return Report
