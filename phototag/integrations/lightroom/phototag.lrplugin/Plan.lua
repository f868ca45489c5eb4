-- Which keywords one photo gets and loses. Only those that the plug-in has added itself are ever taken away.

local Keywords = require("Keywords")

local Plan = {}

local BETWEEN = "\n" -- two paths in the record

local function set(list)
    local found = {}
    for _, item in ipairs(list) do
        found[item] = true
    end
    return found
end

-- A list of paths in a field of the photo: none contains a line break.
function Plan.unpack(field)
    local paths = {}
    for path in (field or ""):gmatch("[^" .. BETWEEN .. "]+") do
        paths[#paths + 1] = path
    end
    return paths
end

function Plan.pack(paths)
    return #paths > 0 and table.concat(paths, BETWEEN) or nil
end

-- Branches, such as `phototag|kind`, in which the photo has a keyword that somebody else has given it.
local function taken(present, ours)
    local found = {}
    for path in pairs(present) do
        if not ours[path] then
            found[Keywords.above(path)] = true
        end
    end
    return found
end

-- What to do with a photo.
--   wanted    paths that the verdict asks for, in order
--   present   set of the paths that the photo has now
--   words     paths that the plug-in has added
--   declined  paths that the user has deleted since
-- Returns a table of lists: `add`, `remove`, the new `words` and `declined`, and what is `refused` and `left` to the user.
function Plan.of(wanted, present, words, declined)
    local ours, asked = set(words), set(wanted)
    local plan = { add = {}, remove = {}, words = {}, declined = {}, refused = {}, left = {} }
    local deleted = {}
    for _, list in ipairs({ declined, words }) do
        for _, path in ipairs(list) do
            if not present[path] and not deleted[path] then
                deleted[path] = true
                plan.declined[#plan.declined + 1] = path
            end
        end
    end
    local branches = taken(present, ours)
    for _, path in ipairs(wanted) do
        if present[path] then
            if ours[path] then
                plan.words[#plan.words + 1] = path
            end
        elseif deleted[path] then
            plan.refused[#plan.refused + 1] = path
        elseif branches[Keywords.above(path)] then
            plan.left[#plan.left + 1] = path
        else
            plan.add[#plan.add + 1] = path
            plan.words[#plan.words + 1] = path
        end
    end
    for _, path in ipairs(words) do
        if present[path] and not asked[path] then
            plan.remove[#plan.remove + 1] = path
        end
    end
    return plan
end

return Plan
