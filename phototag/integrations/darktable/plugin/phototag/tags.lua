-- phototag's keywords as tags in darktable's database.
--
-- Keywords come from phototag's answers, whatever its vocabulary. Only tags below the root of such keywords are
-- touched; all others are the user's.

local dt = require "darktable"

local tags = {}

local SEPARATOR = "|"
local PATIENCE = 3000 -- ms until darktable must have written a sidecar
local LOOK = 20 -- ms

-- The first levels of all keywords seen; phototag's own to begin with.
local roots = { phototag = true }

-- Remembers the roots of keywords: what stands below them is phototag's.
function tags.learn(words)
  for _, word in ipairs(words) do
    local root = string.match(word, "^(.-)%" .. SEPARATOR)
    if root and root ~= "" then roots[root] = true end
  end
end

function tags.is_own(name)
  local root = string.match(name, "^(.-)%" .. SEPARATOR)
  return root ~= nil and roots[root] == true
end

-- Phototag's tags of an image, by name.
function tags.of(image)
  local found = {}
  for _, tag in ipairs(dt.tags.get_tags(image)) do
    if tags.is_own(tag.name) then found[tag.name] = tag end
  end
  return found
end

-- Makes phototag's tags of an image those of the keywords.
function tags.set(image, words)
  tags.learn(words)
  local there, wanted = tags.of(image), {}
  for _, word in ipairs(words) do wanted[word] = true end
  for name, tag in pairs(there) do
    if not wanted[name] then dt.tags.detach(tag, image) end
  end
  for _, word in ipairs(words) do
    if not there[word] then dt.tags.attach(dt.tags.create(word), image) end
  end
end

local function written(path)
  local file = io.open(path, "r")
  if not file then return "" end
  local text = file:read("a") or ""
  file:close()
  return text
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }

-- Whether darktable's own list of keywords in a sidecar has one; phototag's record, which names them, too, may be there
-- as well. exiv2 writes quotes with or without entities.
local function lists(text, word)
  local own = string.match(text, "<lr:hierarchicalSubject>(.-)</lr:hierarchicalSubject>") or ""
  local few = string.gsub(word, "[&<>]", ENTITIES)
  local all = string.gsub(word, "[&<>\"']", ENTITIES)
  return string.find(own, ">" .. few .. "<", 1, true) ~= nil or string.find(own, ">" .. all .. "<", 1, true) ~= nil
end

-- Waits until darktable has written sidecars without these tags: newer versions write them in the background.
local function settle(image, names)
  if dt.preferences.read("darktable", "write_sidecar_files", "string") == "never" then return end
  local left = PATIENCE
  while left > 0 do
    local text, found = written(image.sidecar), false
    for name in pairs(names) do found = found or lists(text, name) end
    if not found then return end
    dt.control.sleep(LOOK)
    left = left - LOOK
  end
end

-- Takes phototag's tags off an image, and waits until its sidecar says so. Otherwise darktable could write them again
-- after phototag has taken them out of the sidecar.
function tags.clear(image)
  local there = tags.of(image)
  if next(there) == nil then return end
  for _, tag in pairs(there) do dt.tags.detach(tag, image) end
  settle(image, there)
end

return tags
