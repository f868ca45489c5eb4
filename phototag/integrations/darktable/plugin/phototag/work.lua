-- What the panel's buttons do with photos, as jobs of darktable: tag, and take back.

local dt = require "darktable"
local json = require "phototag.json"
local messages = require "phototag.messages"
local photos = require "phototag.photos"
local preferences = require "phototag.preferences"
local service = require "phototag.service"
local settings = require "phototag.settings"
local tags = require "phototag.tags"
local texts = require "phototag.texts"
local words = require "phototag.words"

local work = {}

local HIERARCHY = "lr:hierarchicalSubject" -- the property whose words darktable's tags are

local CANCELLED = 130 -- the code of a question that was taken back

local busy = false

local function words_of(by_property)
  local found = type(by_property) == "table" and by_property[HIERARCHY]
  return type(found) == "table" and found or {}
end

-- The words that a record names; it may be null.
local function recorded_in(record)
  local keywords = record ~= json.null and record.keywords
  return keywords and keywords.hierarchical or {}
end

-- One run over the files of some images.
local Run = {}
Run.__index = Run

function Run:fail(photo, wrong)
  local text = texts.name(photo.path) .. ": " .. texts.problem(wrong)
  self.counts.failed = self.counts.failed + 1
  self.first_problem = self.first_problem or text
  messages.log(photo.path .. ": " .. texts.problem(wrong))
end

-- Says how far it is; each photo has as many steps.
function Run:step()
  self.steps = self.steps + 1
  if self.job.valid then self.job.percent = self.steps / (#self.photos * (self.read and 2 or 1)) end
end

function Run:answered(photo, result, wrong)
  if wrong and wrong.code == CANCELLED then
    if self.undone then self.undone(photo) end
    return
  end
  self.done = self.done + 1
  local fine, problem = pcall(function()
    if result then self.take(photo, result, self.counts) else self:fail(photo, wrong) end
    if not result and self.undone then self.undone(photo) end
  end)
  if not fine then self:fail(photo, { message = tostring(problem) }) end
  self:step()
end

-- Asks the same of some photos, and waits for the answers.
function Run:ask(photos_asked, how, answered)
  local questions = {}
  for at, photo in ipairs(photos_asked) do
    local before = how.before and function() how.before(photo) end
    questions[at] = { method = how.method, params = how.params(photo), before = before }
  end
  service.ask_all(settings.command, questions,
    function(at, result, wrong) answered(photos_asked[at], result, wrong) end,
    function() return self.cancelled end)
end

-- Reads which words phototag's record in each photo names. Returns the photos that could be read.
function Run:readable()
  local found = {}
  self:ask(self.photos, { method = "show", params = function(photo) return { path = photo.path } end },
    function(photo, result, wrong)
      if result then
        photo.recorded = recorded_in(result.record)
        found[#found + 1] = photo
      elseif wrong.code ~= CANCELLED then
        self.done = self.done + 1
        self:fail(photo, wrong)
      end
      self:step()
    end)
  return found
end

function Run:go(how)
  local own, wrong = words.all()
  for _, photo in ipairs(self.photos) do
    photo.own = own
    if not own then
      self.done = self.done + 1
      self:fail(photo, wrong)
    end
  end
  if not own then return end
  self:ask(self.read and self:readable() or self.photos, how,
    function(photo, result, problem) self:answered(photo, result, problem) end)
end

-- Runs over the images in a job of darktable. Returns the counts; nil if there is nothing to do.
--
-- how: { title, method, params, read, take, before, undone }; `params` gives those of the question about a photo, `take`
-- gets its result, `before` is called before it is asked, and `undone` when nothing has come of it. Each photo has the
-- list `own` of the words of phototag's vocabularies, and with `read` also `recorded`, those that its record names.
local function run(images, how)
  if #images == 0 then
    messages.show("no photo is selected")
    return nil
  elseif busy then
    messages.show("still at work; to stop it, cancel its job at the lower left")
    return nil
  end
  busy = true
  local one = setmetatable({ photos = photos.of(images), read = how.read, take = how.take, undone = how.undone,
    done = 0, steps = 0, counts = { failed = 0, left = 0 } }, Run)
  local title = string.format(#one.photos == 1 and "phototag: %s %d photo" or "phototag: %s %d photos", how.title, #one.photos)
  one.job = dt.gui.create_job(title, true,
    function(job)
      one.cancelled = true
      job.valid = false
    end)
  local fine, problem = pcall(one.go, one, how)
  busy = false
  if one.job.valid then one.job.valid = false end
  one.counts.left = #one.photos - one.done
  if not fine then messages.problem(tostring(problem)) end
  if one.first_problem then
    messages.show(one.counts.failed == 1 and one.first_problem
      or string.format("%d photos failed; the first: %s", one.counts.failed, one.first_problem))
  end
  return one.counts
end

-- Tags the files of the images, and attaches phototag's words to all of their images. Returns what was done, in a line.
function work.tag(images)
  local options = preferences.options()
  local counts = run(images, {
    title = "tag", method = "tag",
    params = function(photo) return { path = photo.path, options = options } end,
    take = function(photo, result, counts)
      counts[result.kind] = (counts[result.kind] or 0) + 1
      local own = tags.set_of(photo.own, words_of(result.removed))
      for _, image in ipairs(photo.images) do tags.set(image, result.keywords.hierarchical, own) end
    end,
  })
  return counts and texts.tagged(counts)
end

-- Takes out of the files of the images what phototag has written, and its tags off the images: these first, because
-- darktable would write them into the sidecars again. Where a file stays as it is, its tags come back.
function work.take_back(images)
  local counts = run(images, {
    title = "take back", method = "remove", read = true,
    params = function(photo) return { path = photo.path } end,
    before = function(photo)
      if photo.tags then return end -- asked again: its tags are off already
      photo.tags = {}
      local own = tags.set_of(photo.own, photo.recorded)
      for at, image in ipairs(photo.images) do
        photo.tags[at] = tags.names(image, own)
        tags.clear(image, own)
      end
    end,
    take = function(_, result, counts)
      local what = result.changed and "changed" or "unchanged"
      counts[what] = (counts[what] or 0) + 1
    end,
    undone = function(photo)
      if not photo.tags then return end -- it was never asked about, and has its tags
      for at, image in ipairs(photo.images) do tags.attach(image, photo.tags[at] or {}) end
    end,
  })
  if not counts then return nil end
  counts.changed, counts.unchanged = counts.changed or 0, counts.unchanged or 0
  return texts.taken_back(counts)
end

return work
