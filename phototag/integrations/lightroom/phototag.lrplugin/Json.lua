-- Reads JSON, as phototag prints it: one value from a text. Members that are null are left out of objects.

local Json = {}

local DEEPEST = 100 -- of arrays and objects in each other
local ESCAPED = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local HIGH, LOW, AFTER = 0xD800, 0xDC00, 0xE000 -- where the halves of surrogate pairs begin, and what follows them

-- Stands for null in an array, where nothing may be left out.
Json.null = setmetatable({}, {
    __tostring = function()
        return "null"
    end,
})

local value -- reads any value; returns it and the place after it

local function wrong(text, at)
    -- A table, so that it is not taken for a mistake in this code.
    error({ json = at > #text and "the text ends too early" or "unexpected character at " .. at }, 0)
end

local function after_space(text, at)
    return text:find("[^ \t\r\n]", at) or #text + 1
end

local function utf8(code)
    if code < 0x80 then
        return string.char(code)
    elseif code < 0x800 then
        return string.char(0xC0 + math.floor(code / 0x40), 0x80 + code % 0x40)
    elseif code < 0x10000 then
        return string.char(0xE0 + math.floor(code / 0x1000), 0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
    end
    return string.char(
        0xF0 + math.floor(code / 0x40000),
        0x80 + math.floor(code / 0x1000) % 0x40,
        0x80 + math.floor(code / 0x40) % 0x40,
        0x80 + code % 0x40
    )
end

local function unit(text, at)
    local digits = text:match("^u(%x%x%x%x)", at)
    if not digits then
        wrong(text, at)
    end
    return tonumber(digits, 16)
end

-- The character of the escape whose letter is at this place, and the place after it.
local function escape(text, at)
    local letter = text:sub(at, at)
    if ESCAPED[letter] then
        return ESCAPED[letter], at + 1
    end
    local code, next_at = unit(text, at), at + 5
    if code >= HIGH and code < LOW and text:sub(next_at, next_at + 1) == "\\u" then
        local second = unit(text, next_at + 1)
        if second >= LOW and second < AFTER then
            return utf8(0x10000 + (code - HIGH) * 0x400 + second - LOW), next_at + 6
        end
    end
    return utf8(code), next_at
end

local function text_of(text, at)
    local parts, from = {}, at + 1
    while true do
        local stop = text:find('["\\%z\1-\31]', from)
        if not stop then
            wrong(text, #text + 1)
        end
        parts[#parts + 1] = text:sub(from, stop - 1)
        local found = text:sub(stop, stop)
        if found == '"' then
            return table.concat(parts), stop + 1
        elseif found == "\\" then
            parts[#parts + 1], from = escape(text, stop + 1)
        else
            wrong(text, stop)
        end
    end
end

-- Put together from whole numbers: `tonumber` takes "0.5" only where the system's decimal sign is a point.
local function number(text, at)
    local sign, whole, rest = text:match("^(%-?)(%d+)()", at)
    if not whole or (#whole > 1 and whole:sub(1, 1) == "0") then
        wrong(text, at)
    end
    local digits, power = whole, 0
    local fraction, after = text:match("^%.(%d+)()", rest)
    if fraction then
        digits, power, rest = whole .. fraction, -#fraction, after
    end
    local plus, exponent, past = text:match("^[eE]([+-]?)(%d+)()", rest)
    if exponent then
        power, rest = power + tonumber(plus == "-" and "-" .. exponent or exponent), past
    end
    local read = tonumber(digits .. "e" .. string.format("%d", math.max(-400, math.min(400, power))))
    return sign == "-" and -read or read, rest
end

-- Reads what stands between brackets, separated by commas, with `item`; returns the place after them.
local function separated(text, at, closing, item)
    at = after_space(text, at + 1)
    if text:sub(at, at) == closing then
        return at + 1
    end
    while true do
        at = after_space(text, item(at))
        local found = text:sub(at, at)
        if found == closing then
            return at + 1
        elseif found ~= "," then
            wrong(text, at)
        end
        at = after_space(text, at + 1)
    end
end

local function array(text, at, depth)
    local items = {}
    local past = separated(text, at, "]", function(from)
        local read, rest = value(text, from, depth + 1)
        items[#items + 1] = read == nil and Json.null or read
        return rest
    end)
    return items, past
end

local function object(text, at, depth)
    local members = {}
    local past = separated(text, at, "}", function(from)
        if text:sub(from, from) ~= '"' then
            wrong(text, from)
        end
        local name, rest = text_of(text, from)
        rest = after_space(text, rest)
        if text:sub(rest, rest) ~= ":" then
            wrong(text, rest)
        end
        members[name], rest = value(text, rest + 1, depth + 1)
        return rest
    end)
    return members, past
end

function value(text, at, depth)
    at = after_space(text, at)
    local first = text:sub(at, at)
    if depth > DEEPEST then
        wrong(text, at)
    elseif first == '"' then
        return text_of(text, at)
    elseif first == "{" then
        return object(text, at, depth)
    elseif first == "[" then
        return array(text, at, depth)
    elseif text:sub(at, at + 3) == "true" then
        return true, at + 4
    elseif text:sub(at, at + 4) == "false" then
        return false, at + 5
    elseif text:sub(at, at + 3) == "null" then
        return nil, at + 4
    end
    return number(text, at)
end

-- The value in a text; or nil and what is wrong with it. A text that is only `null` gives nil and nothing.
function Json.decode(text)
    local fine, read, past = pcall(value, text, 1, 1)
    if not fine then
        if type(read) == "table" and read.json then
            return nil, read.json
        end
        error(read, 0)
    end
    past = after_space(text, past)
    if past <= #text then
        return nil, "unexpected character at " .. past
    end
    return read
end

return Json
