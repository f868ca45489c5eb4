-- JSON, as the service speaks it: one value a line.
--
-- Names of files are bytes and need not be UTF-8. A byte that is none stands in JSON as half a surrogate pair
-- (\udc80 .. \udcff), as Python writes it, and comes back as the byte.

local json = {}

-- What JSON's null becomes: a field that is null is not the same as one that is missing.
json.null = setmetatable({}, { __tostring = function() return "null" end })

local DEEPEST = 64 -- levels; nothing that the service says is deeper, and the stack of C is not endless

local UNESCAPED = {
  ["b"] = "\b", ["f"] = "\f", ["n"] = "\n", ["r"] = "\r", ["t"] = "\t",
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/",
}
local WORDS = { { "true", true }, { "false", false }, { "null", json.null } }

local function fail(at, problem)
  error({ json = string.format("%s at byte %d", problem, at) }, 0)
end

local function skip(text, at)
  return string.find(text, "[^ \t\r\n]", at) or #text + 1
end

local function in_range(code, first, last)
  return code ~= nil and code >= first and code <= last
end

-- The character behind "\u", and the place behind it.
local function escaped_character(text, at)
  local code = tonumber(string.match(text, "^%x%x%x%x", at) or "", 16)
  if not code then fail(at, "four hexadecimal digits are missing") end
  at = at + 4
  if in_range(code, 0xD800, 0xDBFF) then
    local low = tonumber(string.match(text, "^\\u(%x%x%x%x)", at) or "", 16)
    if in_range(low, 0xDC00, 0xDFFF) then
      return utf8.char(0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00)), at + 6
    end
    return utf8.char(0xFFFD), at
  elseif in_range(code, 0xDC80, 0xDCFF) then
    return string.char(code - 0xDC00), at
  elseif in_range(code, 0xDC00, 0xDFFF) then
    return utf8.char(0xFFFD), at
  end
  return utf8.char(code), at
end

-- The string whose first character is at this place, and the place behind its closing quote.
local function read_string(text, at)
  local parts = {}
  while true do
    local stop = string.find(text, '["\\]', at)
    if not stop then fail(at, "a string does not end") end
    parts[#parts + 1] = string.sub(text, at, stop - 1)
    if string.sub(text, stop, stop) == '"' then return table.concat(parts), stop + 1 end
    local letter = string.sub(text, stop + 1, stop + 1)
    if letter == "u" then
      parts[#parts + 1], at = escaped_character(text, stop + 2)
    elseif UNESCAPED[letter] then
      parts[#parts + 1], at = UNESCAPED[letter], stop + 2
    else
      fail(stop, "an unknown escape")
    end
  end
end

local read_value

local function read_key(text, at)
  at = skip(text, at)
  if string.sub(text, at, at) ~= '"' then fail(at, "a key is missing") end
  local key
  key, at = read_string(text, at + 1)
  at = skip(text, at)
  if string.sub(text, at, at) ~= ":" then fail(at, "a colon is missing") end
  return key, at + 1
end

-- The list or object whose first entry is at this place, and the place behind it.
local function read_entries(text, at, close, depth)
  local entries = {}
  at = skip(text, at)
  if string.sub(text, at, at) == close then return entries, at + 1 end
  while true do
    local key
    if close == "}" then key, at = read_key(text, at) else key = #entries + 1 end
    entries[key], at = read_value(text, at, depth + 1)
    at = skip(text, at)
    local sign = string.sub(text, at, at)
    at = at + 1
    if sign == close then return entries, at end
    if sign ~= "," then fail(at - 1, "a comma is missing") end
  end
end

read_value = function(text, at, depth)
  if depth > DEEPEST then fail(at, "too many levels") end
  at = skip(text, at)
  local sign = string.sub(text, at, at)
  if sign == "{" then return read_entries(text, at + 1, "}", depth) end
  if sign == "[" then return read_entries(text, at + 1, "]", depth) end
  if sign == '"' then return read_string(text, at + 1) end
  for _, pair in ipairs(WORDS) do
    local word, value = pair[1], pair[2]
    if string.sub(text, at, at + #word - 1) == word then return value, at + #word end
  end
  local digits = string.match(text, "^%-?%d+%.?%d*[eE]?[%+%-]?%d*", at)
  local number = digits and tonumber(digits)
  if not number then fail(at, "a value is missing") end
  return number, at + #digits
end

-- The value of a text; nil and what is wrong with it, where it is not JSON.
function json.decode(text)
  local done, value = pcall(function()
    local found, at = read_value(text, 1, 1)
    at = skip(text, at)
    if at <= #text then fail(at, "something follows the value") end
    return found
  end)
  if done then return value end
  if type(value) == "table" and value.json then return nil, value.json end
  error(value, 0)
end

local function escaped(sign)
  return string.format("\\u%04x", string.byte(sign))
end

-- Text as a JSON string: UTF-8 as it is, other bytes escaped.
local function quoted(text)
  local parts, at = {}, 1
  while at <= #text do
    local fine, wrong = utf8.len(text, at)
    local stop = fine and #text or wrong - 1
    parts[#parts + 1] = string.gsub(string.sub(text, at, stop), '[%c"\\\127]', escaped)
    at = stop + 1
    if not fine then
      parts[#parts + 1] = string.format("\\udc%02x", string.byte(text, at))
      at = at + 1
    end
  end
  return '"' .. table.concat(parts) .. '"'
end

-- A value as JSON: a table with a first element is a list, any other an object with texts as keys.
function json.encode(value)
  if type(value) == "string" then return quoted(value) end
  if type(value) ~= "table" or value == json.null then return tostring(value) end
  local parts = {}
  if value[1] ~= nil then
    for _, item in ipairs(value) do parts[#parts + 1] = json.encode(item) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, item in pairs(value) do parts[#parts + 1] = quoted(key) .. ":" .. json.encode(item) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

return json
