-- Stands in for darktable where a test needs only its database: images, tags, rules, jobs, messages.

local dt = { said = {}, logged = {}, deeds = {}, jobs = {} }

dt.print = function(text) table.insert(dt.said, text) end
dt.print_error = function(text) table.insert(dt.logged, text) end

dt.control = { ending = false, sleep = function() end, execute = os.execute }

local settings = {}
dt.preferences = {
  register = function() end,
  read = function(script, name) return settings[script .. "/" .. name] end,
  write = function(script, name, _, value) settings[script .. "/" .. name] = value end,
}

local tags, attached = {}, {}

dt.tags = {
  create = function(name)
    tags[name] = tags[name] or { name = name }
    return tags[name]
  end,
  attach = function(tag, image)
    table.insert(dt.deeds, "attach " .. tag.name)
    attached[image.id] = attached[image.id] or {}
    attached[image.id][tag.name] = true
  end,
  detach = function(tag, image)
    table.insert(dt.deeds, "detach " .. tag.name)
    attached[image.id][tag.name] = nil
  end,
  get_tags = function(image)
    local found = {}
    for name in pairs(attached[image.id] or {}) do found[#found + 1] = tags[name] end
    table.sort(found, function(one, other) return one.name < other.name end)
    return found
  end,
}

-- Images are numbered; those of one group know each other.
function dt.image(id, path, group)
  local folder, name = string.match(path, "^(.*)/([^/]*)$")
  local image = { id = id, path = folder, filename = name, sidecar = path .. ".xmp" }
  group = group or {}
  table.insert(group, image)
  function image.get_group_members() return group end
  return image
end

local rules = {}
dt.gui = {
  libs = { collect = {
    new_rule = function() return { mode = "", item = "DT_COLLECTION_PROP_FILMROLL", data = "" } end,
    filter = function(wanted)
      local before = rules
      if wanted then rules = wanted end
      return before
    end,
  } },
  create_job = function(text, _, cancel)
    local job = { text = text, valid = true, percent = 0 }
    job.cancel = function() cancel(job) end
    table.insert(dt.jobs, job)
    return job
  end,
}

return dt
