-- phototag's entries in darktable's preferences (Lua options).

local dt = require "darktable"
local settings = require "phototag.settings"

local preferences = {}

local SCRIPT = "phototag"

function preferences.register()
  dt.preferences.register(SCRIPT, "keywords", "enum", "phototag: how many keywords",
    "minimal: the verdict, and whether it is doubtful; standard: also grade, shot size and number of people; full: all",
    "minimal", "minimal", "standard", "full")
  dt.preferences.register(SCRIPT, "vocabulary", "string", "phototag: your own keywords",
    "a vocabulary (a TOML file, or the name of one from a package); empty: the one that `phototag integrate` was given, "
      .. "otherwise phototag's own keywords", "")
end

-- The options with which photos are tagged.
function preferences.options()
  local options = {}
  local level = dt.preferences.read(SCRIPT, "keywords", "enum")
  if level ~= nil and level ~= "" then options.keywords = level end
  local vocabulary = preferences.vocabulary()
  if vocabulary then options.vocabulary = vocabulary end
  return options
end

-- The user's own vocabulary; nil for phototag's.
function preferences.vocabulary()
  local name = dt.preferences.read(SCRIPT, "vocabulary", "string")
  return name ~= nil and name ~= "" and name or settings.vocabulary
end

return preferences
