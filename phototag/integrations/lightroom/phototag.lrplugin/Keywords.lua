-- The tree of keywords in the catalogue. A keyword is named by its path, with `|` between the levels, as phototag names it.

local LrStringUtils = import("LrStringUtils")

local Catalogue = require("Catalogue")

local Keywords = {}
Keywords.__index = Keywords

function Keywords.split(path)
    local names = {}
    for name in path:gmatch("[^|]+") do
        names[#names + 1] = name
    end
    return names
end

-- The path without its last name.
function Keywords.above(path)
    return path:match("^(.*)|[^|]*$") or ""
end

-- The tree of a catalogue; its keywords are read as they are needed.
function Keywords.of(catalog)
    return setmetatable({ catalog = catalog, children = {}, paths = {} }, Keywords)
end

-- The path of a keyword.
function Keywords:path(keyword)
    local id = keyword.localIdentifier
    if self.paths[id] == nil then
        local parent = keyword:getParent()
        local name = keyword:getName()
        self.paths[id] = parent and self:path(parent) .. "|" .. name or name
    end
    return self.paths[id]
end

function Keywords:below(parent)
    local id = parent and parent.localIdentifier or 0
    if self.children[id] == nil then
        self.children[id] = parent and parent:getChildren() or self.catalog:getKeywords()
    end
    return self.children[id]
end

-- The keyword of a name below another (nil: at the top). Lightroom does not tell capital letters from small ones.
function Keywords:child(parent, name)
    local alike
    for _, keyword in ipairs(self:below(parent)) do
        local own = keyword:getName()
        if own == name then
            return keyword
        elseif LrStringUtils.lower(own) == LrStringUtils.lower(name) then
            alike = alike or keyword
        end
    end
    return alike
end

-- The keyword of a path; nil if there is none.
function Keywords:find(path)
    local keyword
    for _, name in ipairs(Keywords.split(path)) do
        keyword = self:child(keyword, name)
        if keyword == nil then
            return nil
        end
    end
    return keyword
end

-- A path as the catalogue spells it, as far as its keywords are there.
function Keywords:spelt(path)
    local names, keyword = Keywords.split(path), nil
    for i, name in ipairs(names) do
        keyword = self:child(keyword, name)
        if keyword == nil then
            break
        end
        names[i] = keyword:getName()
    end
    return table.concat(names, "|")
end

-- What is missing at one level: names by the path above them. Only the last level is exported with photos.
function Keywords:missing(paths, level)
    local found, seen = {}, {}
    for _, path in ipairs(paths) do
        local names = Keywords.split(path)
        local above = table.concat(names, "|", 1, math.min(level, #names) - 1)
        local name = names[level]
        local key = above .. "|" .. tostring(name)
        if name and not seen[key] then
            seen[key] = true
            local parent = above ~= "" and self:find(above) or nil
            if (above == "" or parent) and self:child(parent, name) == nil then
                found[#found + 1] = { name = name, parent = parent, export = level == #names }
            end
        end
    end
    return found
end

-- Adds the keywords of these paths that are not there yet. A keyword that was made in a transaction can be used after it only:
-- hence one transaction for each level.
function Keywords:add(paths)
    local deepest = 0
    for _, path in ipairs(paths) do
        deepest = math.max(deepest, #Keywords.split(path))
    end
    for level = 1, deepest do
        local missing = self:missing(paths, level)
        if #missing > 0 then
            local status = self.catalog:withWriteAccessDo("Add phototag's keywords", function()
                for _, one in ipairs(missing) do
                    self.catalog:createKeyword(one.name, {}, one.export, one.parent, true)
                end
            end, { timeout = Catalogue.LONGEST_WAIT })
            self.children = {}
            if status ~= "executed" then
                return false
            end
        end
    end
    return true
end

return Keywords
