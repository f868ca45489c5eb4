-- What the panel says, made of phototag's answers. Nothing here knows darktable.

local json = require "phototag.json"

local texts = {}

local MOST_SURE = 0.99 -- no verdict is said to be surer
local WORTH_SAYING = 0.1 -- log-odds; smaller reasons are left out

local function given(value)
  return value ~= nil and value ~= json.null and value or nil
end

local function percent(share)
  return string.format("%.0f %%", 100 * share)
end

local function certainty(confidence)
  return confidence > MOST_SURE and "over " .. percent(MOST_SURE) or percent(confidence)
end

local function capital(word)
  return string.upper(string.sub(word, 1, 1)) .. string.sub(word, 2)
end

-- The verdict in one line. `found` is a record (as `show` gives it) or an analysis.
function texts.verdict(found)
  local said = given(found.decision) and given(found.decision.kind)
  local grade = given(found.grade)
  local line = capital(found.kind) .. (grade and ", " .. grade or "")
  if not said then return line .. ", " .. certainty(found.confidence) .. " sure" end
  local judged = given(found.verdict) or found
  local thought = given(judged.thought)
  if not thought then return line .. ", as you decided" end
  local own = thought == found.kind and "so thought phototag" or "phototag thought " .. thought
  return line .. ", as you decided; " .. own .. ", " .. certainty(judged.thought_confidence)
end

-- The contributions that are worth saying, the strongest first, each as { name, number }.
local function strongest(contributions)
  local found = {}
  for name, number in pairs(contributions) do
    if math.abs(number) >= WORTH_SAYING then found[#found + 1] = { name, number } end
  end
  table.sort(found, function(one, other)
    if math.abs(one[2]) ~= math.abs(other[2]) then return math.abs(one[2]) > math.abs(other[2]) end
    return one[1] < other[1]
  end)
  return found
end

-- The criteria that speak for a headshot and those that speak against it, with their weights: a line for each side.
function texts.reasons(contributions)
  local for_it, against = {}, {}
  for _, pair in ipairs(strongest(contributions or {})) do
    local side = pair[2] > 0 and for_it or against
    side[#side + 1] = string.format("%s %+.1f", pair[1], pair[2])
  end
  local lines = {}
  if #for_it > 0 then lines[#lines + 1] = "for a headshot: " .. table.concat(for_it, ", ") end
  if #against > 0 then lines[#lines + 1] = "against: " .. table.concat(against, ", ") end
  return lines
end

-- The same in phototag's own sentences, from an analysis.
function texts.explanation(analysis)
  local contributions, lines = {}, {}
  for name, finding in pairs(analysis.criteria) do contributions[name] = finding.contribution end
  for _, pair in ipairs(strongest(contributions)) do
    local finding = analysis.criteria[pair[1]]
    lines[#lines + 1] = string.format("%s %+.1f: %s", pair[1], pair[2], finding.reason)
  end
  return lines
end

-- A problem of the service in one line: what is wrong, and what to do.
function texts.problem(wrong)
  local data = given(wrong.data)
  local problem = data and given(data.problem) or given(wrong.message) or "an unknown problem"
  local remedy = data and given(data.remedy)
  return remedy and remedy ~= "" and problem .. "; " .. remedy or problem
end

local function count_of(number, what)
  return string.format("%d %s%s", number, what, number == 1 and "" or "s")
end

-- What a run has done, in one line. `counts` has numbers by kind, `failed`, and `left` for those not reached.
function texts.tagged(counts)
  local parts = { count_of(counts.headshot or 0, "headshot"), count_of(counts.portrait or 0, "portrait"),
    count_of(counts.other or 0, "other") }
  if counts.failed > 0 then parts[#parts + 1] = counts.failed .. " failed" end
  if counts.left > 0 then parts[#parts + 1] = counts.left .. " not done" end
  return table.concat(parts, ", ")
end

function texts.taken_back(counts)
  local parts = { count_of(counts.changed, "photo") .. " as before" }
  if counts.unchanged > 0 then parts[#parts + 1] = counts.unchanged .. " had nothing of phototag's" end
  if counts.failed > 0 then parts[#parts + 1] = counts.failed .. " failed" end
  if counts.left > 0 then parts[#parts + 1] = counts.left .. " not done" end
  return table.concat(parts, ", ")
end

-- Text in lines of at most so many characters, broken at spaces; darktable's labels do not break lines themselves.
function texts.wrapped(text, width)
  local lines = {}
  for paragraph in string.gmatch(text .. "\n", "([^\n]*)\n") do
    local line = ""
    for word in string.gmatch(paragraph, "%S+") do
      local longer = line == "" and word or line .. " " .. word
      if (utf8.len(longer) or #longer) > width and line ~= "" then
        lines[#lines + 1], line = line, word
      else
        line = longer
      end
    end
    lines[#lines + 1] = line
  end
  return table.concat(lines, "\n")
end

-- A name that can be shown: control characters are escaped, and the middle of a long one is left out.
function texts.name(path)
  local name = string.match(path, "[^/]*$")
  name = string.gsub(name, "%c", function(sign) return string.format("\\x%02x", string.byte(sign)) end)
  local length = utf8.len(name)
  if length and length > 60 then
    name = string.sub(name, 1, utf8.offset(name, 29) - 1) .. "..." .. string.sub(name, utf8.offset(name, -28))
  end
  return name
end

return texts
