-- The keywords of phototag's vocabularies, with all their levels, as the service tells them.

local messages = require "phototag.messages"
local preferences = require "phototag.preferences"
local service = require "phototag.service"
local settings = require "phototag.settings"
local texts = require "phototag.texts"

local words = {}

local function ask(vocabulary)
  return service.ask(settings.command, "words", { options = { vocabulary = vocabulary } })
end

-- The keyword of headshots in the vocabulary in use; nil if it has none. Raises what is wrong.
function words.headshot()
  local result, wrong = ask(preferences.vocabulary())
  if wrong then error(texts.problem(wrong), 0) end
  local word = result.words.kind.headshot
  return type(word) == "string" and word or nil
end

-- The keywords of the vocabulary in use and of phototag's own; nil and what is wrong if the service does not tell them.
function words.all()
  local found = {}
  local function add(result)
    for _, branch in pairs(result.words) do
      for _, word in pairs(branch) do
        if type(word) == "string" then found[#found + 1] = word end
      end
    end
  end
  local plain, wrong = ask(nil)
  if not plain then return nil, wrong end
  add(plain)
  local vocabulary = preferences.vocabulary()
  if vocabulary then
    local own, unknown = ask(vocabulary)
    -- What it has written so far is in the photos' records.
    if own then add(own) else messages.log(texts.problem(unknown)) end
  end
  return found
end

return words
