-- Analyses the selected photos, and sets their keywords and fields in the catalogue. No file is written.

local LrApplication = import("LrApplication")
local LrDate = import("LrDate")
local LrDialogs = import("LrDialogs")
local LrProgressScope = import("LrProgressScope")

local Catalogue = require("Catalogue")
local Judged = require("Judged")
local Keywords = require("Keywords")
local Options = require("Options")
local Plan = require("Plan")
local Report = require("Report")
local Runner = require("Runner")
local Selection = require("Selection")

local Tagging = {}

local FIRST, FEWEST, MOST = 8, 4, 200 -- files that one call of phototag analyses
local SECONDS = 15 -- that a call shall take: a cancel waits for its end
local RECORD = { "words", "declined" }

-- How many files the next call analyses, from the size and the seconds of the last one.
function Tagging.next_size(size, seconds)
    local wanted = math.floor(size * SECONDS / math.max(seconds, 0.1))
    return math.max(FEWEST, math.min(MOST, wanted, size * 4))
end

-- Rows by path; how many files were looked at; and why phototag does not work, if so.
local function analyzed(files, options, progress)
    local rows, at, size = {}, 1, FIRST
    while at <= #files and not progress:isCanceled() do
        local batch = {}
        for i = at, math.min(at + size - 1, #files) do
            batch[#batch + 1] = files[i].path
        end
        progress:setCaption(at .. " of " .. #files)
        local begun = LrDate.currentTime()
        local found, wrong = Runner.analyze(options.command, batch, options)
        if not found then
            return rows, at - 1, wrong
        end
        for path, row in pairs(found) do
            rows[path] = row
        end
        at = at + #batch
        size = Tagging.next_size(#batch, LrDate.currentTime() - begun)
        progress:setPortionComplete(at - 1, #files)
    end
    return rows, at - 1, nil
end

-- The paths of a photo's keywords, as a set.
local function present(tree, keywords)
    local found = {}
    for _, keyword in ipairs(keywords or {}) do
        found[tree:path(keyword)] = true
    end
    return found
end

-- What to do with each photo whose file has been judged; and problems with the others.
local function planned(catalog, tree, files, rows, looked)
    local plans, problems = {}, {}
    local photos = {}
    for i = 1, looked do
        local file = files[i]
        local row = rows[file.path]
        local problem = not row and "phototag gives no answer for this file; try it again" or Judged.problem(row)
        if problem then
            problems[#problems + 1] = { path = file.path, problem = problem }
        else
            for _, photo in ipairs(file.photos) do
                photos[#photos + 1] = photo
                plans[#plans + 1] = { photo = photo, path = file.path, row = row }
            end
        end
    end
    if #plans == 0 then
        return plans, problems
    end
    local raw = catalog:batchGetRawMetadata(photos, { "keywords" })
    local records = catalog:batchGetPropertyForPlugin(photos, _PLUGIN, RECORD)
    for _, plan in ipairs(plans) do
        local record = records[plan.photo] or {}
        local now = present(tree, (raw[plan.photo] or {}).keywords)
        local words, declined = Plan.unpack(record.words), Plan.unpack(record.declined)
        local wanted = Judged.keywords(plan.row)
        for i, path in ipairs(wanted) do
            wanted[i] = tree:spelt(path)
        end
        plan.keywords = Plan.of(wanted, now, words, declined)
        plan.fields = Judged.fields(plan.row)
    end
    return plans, problems
end

-- Every path that some photo gets.
local function needed(plans)
    local paths, seen = {}, {}
    for _, plan in ipairs(plans) do
        for _, path in ipairs(plan.keywords.add) do
            if not seen[path] then
                seen[path] = true
                paths[#paths + 1] = path
            end
        end
    end
    return paths
end

local function apply(plan, tree)
    local photo, words = plan.photo, {}
    for _, path in ipairs(plan.keywords.remove) do
        local keyword = tree:find(path)
        if keyword then
            photo:removeKeyword(keyword)
        end
    end
    local unmade = {}
    for _, path in ipairs(plan.keywords.add) do
        local keyword = tree:find(path)
        if keyword then
            photo:addKeyword(keyword)
        else
            unmade[path] = true
        end
    end
    for _, path in ipairs(plan.keywords.words) do
        if not unmade[path] then
            words[#words + 1] = path
        end
    end
    for _, name in ipairs({ "verdict", "confidence", "shot", "people", "reason" }) do
        photo:setPropertyForPlugin(_PLUGIN, name, plan.fields[name])
    end
    photo:setPropertyForPlugin(_PLUGIN, "words", Plan.pack(words))
    photo:setPropertyForPlugin(_PLUGIN, "declined", Plan.pack(plan.keywords.declined))
end

-- Sentences about keywords that were not written.
local function notes_on(plans, tree, left_off, wrong)
    local refused, left, unmade = 0, 0, {}
    for _, plan in ipairs(plans) do
        refused = refused + (#plan.keywords.refused > 0 and 1 or 0)
        left = left + (#plan.keywords.left > 0 and 1 or 0)
    end
    local notes = {}
    if wrong then
        notes[1] = "phototag has stopped: " .. wrong .. "."
    end
    if left_off > 0 then
        notes[#notes + 1] = "Stopped: " .. Report.photos(left_off) .. " not looked at. Choose Tag with phototag again to go on."
    end
    if refused > 0 then
        notes[#notes + 1] = Report.photos(refused) .. ": keywords that you have deleted are not written again, unless you "
            .. "choose Take back first."
    end
    if left > 0 then
        notes[#notes + 1] = Report.photos(left) .. ": keywords of the same kind from elsewhere were left as they are."
    end
    for _, path in ipairs(needed(plans)) do
        if not tree:find(path) then
            unmade[#unmade + 1] = path
        end
    end
    if #unmade > 0 then
        notes[#notes + 1] = "Lightroom does not make these keywords: " .. table.concat(unmade, ", ")
            .. ". Use words without commas and semicolons (Settings, keywords of your own)."
    end
    return notes
end

local function tagged(catalog, files, options, progress, problems)
    local rows, looked, wrong = analyzed(files, options, progress)
    local left_off = #files - looked
    if wrong and looked == 0 then
        LrDialogs.message("phototag cannot be run: nothing was changed.", wrong
            .. "\nCheck the path of the command: Library > Plug-in Extras > Settings.", "critical")
        return
    end
    local tree = Keywords.of(catalog)
    local plans, failed = planned(catalog, tree, files, rows, looked)
    for _, problem in ipairs(failed) do
        problems[#problems + 1] = problem
    end
    if #plans == 0 then
        Report.tell("No photo was tagged.", problems, notes_on(plans, tree, left_off, wrong))
        return
    end
    local count = tree:add(needed(plans)) and Catalogue.change(catalog, "Tag with phototag", plans, function(plan)
        apply(plan, tree)
    end, problems)
    if not count then
        Catalogue.tell_busy()
        return
    end
    local notes = notes_on(plans, tree, left_off, wrong)
    Report.tell(Report.photos(count) .. (count == 1 and " was tagged." or " were tagged."), problems, notes)
end

-- Tags the selected photos; must be called from a task.
function Tagging.run(context)
    local catalog = LrApplication.activeCatalog()
    local photos = Selection.photos(catalog)
    if not photos then
        LrDialogs.message("No photo is selected.", "Select the photos to tag.", "info")
        return
    end
    local progress = LrProgressScope({ title = "Tag with phototag", functionContext = context })
    local files, problems = Selection.files(catalog, photos)
    tagged(catalog, files, Options.read(), progress, problems)
    progress:done()
end

return Tagging
