-- phototag's keywords as tags in darktable's database.
--
-- A tag is phototag's if a list of phototag's own words has it: the words of a vocabulary, and those that phototag's
-- record in the photo names. All other tags are the user's, also below the same root.

local dt = require "darktable"
local files = require "phototag.files"

local tags = {}

local PATIENCE = 3000 -- ms until darktable must have written a sidecar
local LOOK = 20 -- ms

-- The set of the words of some lists.
function tags.set_of(...)
  local found = {}
  for _, words in ipairs({ ... }) do
    for _, word in ipairs(words) do found[word] = true end
  end
  return found
end

-- Phototag's tags of an image, by name; `own` is the set of its words.
function tags.of(image, own)
  local found = {}
  for _, tag in ipairs(dt.tags.get_tags(image)) do
    if own[tag.name] then found[tag.name] = tag end
  end
  return found
end

-- The names of phototag's tags of an image.
function tags.names(image, own)
  local names = {}
  for name in pairs(tags.of(image, own)) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- Attaches the tags of these words that the image does not have.
function tags.attach(image, words)
  local there = tags.of(image, tags.set_of(words))
  for _, word in ipairs(words) do
    if not there[word] then dt.tags.attach(dt.tags.create(word), image) end
  end
end

-- Makes phototag's tags of an image those of the keywords; `own` is the set of the words that may go.
function tags.set(image, words, own)
  local wanted = tags.set_of(words)
  for name, tag in pairs(tags.of(image, own)) do
    if not wanted[name] then dt.tags.detach(tag, image) end
  end
  tags.attach(image, words)
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

-- Whether a sidecar is whole, and its list of keywords has none of these; one that is not there has none.
local function is_clear(path, names)
  local text, there = files.text(path)
  for name in pairs(names) do
    if lists(text, name) then return false, text end
  end
  -- darktable empties a sidecar before it writes it anew.
  return not there or string.find(text, "</x:xmpmeta>%s*$") ~= nil, text
end

-- Waits until darktable has written sidecars without these tags. Older versions do it at once; newer ones in the
-- background, maybe twice: there the sidecar must also have stayed the same for a moment.
local function settle(image, names)
  if dt.preferences.read("darktable", "write_sidecar_files", "string") == "never" then return end
  local clear, text = is_clear(image.sidecar, names)
  local same, left = clear, PATIENCE
  while not (clear and same) and left > 0 do
    dt.control.sleep(LOOK)
    left = left - LOOK
    local before = text
    clear, text = is_clear(image.sidecar, names)
    same = text == before
  end
end

-- Takes phototag's tags off an image, and waits until its sidecar says so. Otherwise darktable could write them again
-- after phototag has taken them out of the sidecar.
function tags.clear(image, own)
  local there = tags.of(image, own)
  if next(there) == nil then return end
  for _, tag in pairs(there) do dt.tags.detach(tag, image) end
  settle(image, there)
end

return tags
