-- The collection, narrowed to the photos of one tag and back.

local dt = require "darktable"

local filter = {}

local TAG = "DT_COLLECTION_PROP_TAG"
local AND = "DT_LIB_COLLECT_MODE_AND"
local MOST_RULES = 10 -- that darktable's collection takes

-- Adds a rule for the tag, or takes it away where it stands; all other rules stay as the user has set them.
-- Returns whether the collection is now narrowed; nil where it has too many rules already.
function filter.toggle(tag)
  local kept, was_there = {}, false
  for _, rule in ipairs(dt.gui.libs.collect.filter()) do
    if tostring(rule.item) == TAG and rule.data == tag then
      was_there = true
    else
      kept[#kept + 1] = rule
    end
  end
  if not was_there then
    if #kept >= MOST_RULES then return nil end
    local rule = dt.gui.libs.collect.new_rule()
    rule.mode, rule.item, rule.data = AND, TAG, tag
    kept[#kept + 1] = rule
  end
  if #kept == 0 then kept[1] = dt.gui.libs.collect.new_rule() end -- all photos
  dt.gui.libs.collect.filter(kept)
  return not was_there
end

return filter
