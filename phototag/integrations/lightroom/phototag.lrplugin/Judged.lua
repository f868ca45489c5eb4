-- What the catalogue keeps of one row that phototag has printed.

local Judged = {}

local LONGEST = 511 -- bytes of a field by which photos can be searched
local MOST_SURE = 0.99 -- nothing is called surer
local BANDS = { { 0.95, "95" }, { 0.9, "90" }, { 0.8, "80" } }
local LEAST_SAID = 0.05 -- log-odds; smaller contributions are no reasons

-- A member of a member ... of a table; nil if there is none, or if it is not of this type.
local function member(of, kind, ...)
    for _, name in ipairs({ ... }) do
        if type(of) ~= "table" then
            return nil
        end
        of = of[name]
    end
    return type(of) == kind and of or nil
end

-- A text of 511 bytes at most, cut between two characters.
local function fitting(text)
    if #text <= LONGEST then
        return text
    end
    local cut = text:sub(1, LONGEST - 3)
    -- The last character may have lost some of its bytes.
    local start = #cut
    while start > 0 and cut:byte(start) >= 0x80 and cut:byte(start) < 0xC0 do
        start = start - 1
    end
    local lead = cut:byte(start) or 0
    local wanted = lead >= 0xF0 and 4 or lead >= 0xE0 and 3 or lead >= 0xC0 and 2 or 1
    if #cut - start + 1 < wanted then
        cut = cut:sub(1, start - 1)
    end
    return cut .. "..."
end

local function band(row)
    if member(row, "boolean", "verdict", "corrected") then
        return "decided"
    end
    local confidence = member(row, "number", "confidence")
    if confidence == nil then
        return nil
    elseif confidence > MOST_SURE then
        return "99"
    end
    for _, entry in ipairs(BANDS) do
        if confidence >= entry[1] then
            return entry[2]
        end
    end
    return "0"
end

local function percent(share)
    return string.format("%d %%", math.floor(100 * share + 0.5))
end

local function sure(row)
    local confidence = member(row, "number", "confidence") or 0
    if member(row, "boolean", "verdict", "corrected") then
        local thought = member(row, "string", "verdict", "thought")
        return "decided by a person" .. (thought and "; phototag thought " .. thought or "")
    end
    return (confidence > MOST_SURE and "over " .. percent(MOST_SURE) or percent(confidence)) .. " sure"
end

-- The reasons for the verdict, the strongest first.
local function reasons(row)
    if row.kind == "other" then
        local said = member(row, "string", "criteria", "subjects", "reason")
        return said and { said } or {}
    end
    local towards = row.kind == "headshot" and 1 or -1
    local found = {}
    for name, finding in pairs(member(row, "table", "criteria") or {}) do
        local amount, said = member(finding, "number", "contribution"), member(finding, "string", "reason")
        if amount and said and amount * towards >= LEAST_SAID then
            found[#found + 1] = { name = name, amount = amount * towards, said = said }
        end
    end
    table.sort(found, function(a, b)
        if a.amount ~= b.amount then
            return a.amount > b.amount
        end
        return a.name < b.name
    end)
    local said = {}
    for i, reason in ipairs(found) do
        said[i] = reason.said
    end
    return said
end

local function people(row)
    local count = member(row, "number", "criteria", "subjects", "count")
    return count and string.format("%d", math.min(count, 10)) or nil
end

-- The fields of a photo: verdict, confidence, shot, people, reason.
function Judged.fields(row)
    local said = table.concat(reasons(row), "; ")
    return {
        verdict = member(row, "string", "kind"),
        confidence = band(row),
        shot = member(row, "string", "criteria", "cropping", "shot"),
        people = people(row),
        reason = fitting(said == "" and sure(row) or sure(row) .. ": " .. said),
    }
end

-- The paths of its keywords.
function Judged.keywords(row)
    local found = {}
    for _, path in ipairs(member(row, "table", "keywords", "hierarchical") or {}) do
        if type(path) == "string" then
            found[#found + 1] = path
        end
    end
    return found
end

-- What went wrong with a file, in phototag's words; nil if all went well.
function Judged.problem(row)
    if member(row, "table", "error") then
        return member(row, "string", "error", "message") or "phototag gives no reason"
    end
    return nil
end

return Judged
