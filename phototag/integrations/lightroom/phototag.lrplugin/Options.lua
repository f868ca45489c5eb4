-- What the user has set, and otherwise what holds.

local LrPrefs = import("LrPrefs")

local Options = {}

Options.LEVELS = {
    { value = "minimal", title = "the verdict, and whether it is doubtful" },
    { value = "standard", title = "also grade, shot size and number of people" },
    { value = "full", title = "all criteria" },
}

local function trimmed(text)
    return type(text) == "string" and text:match("^%s*(.-)%s*$") or ""
end

local function known_level(level)
    for _, entry in ipairs(Options.LEVELS) do
        if entry.value == level then
            return level
        end
    end
    return "minimal"
end

-- The options: `command` (words), `level`, `vocabulary` (a path, or nil), and `own_command` and `own_vocabulary`, as the user
-- has set them: where these are empty, what `phototag integrate` has placed holds.
function Options.read()
    local prefs, placed = LrPrefs.prefsForPlugin(), require("Command")
    local own, vocabulary = trimmed(prefs.command), trimmed(prefs.vocabulary)
    return {
        own_command = own,
        own_vocabulary = vocabulary,
        command = own ~= "" and { own } or placed,
        level = known_level(prefs.level),
        vocabulary = vocabulary ~= "" and vocabulary or placed.vocabulary,
    }
end

function Options.write(command, level, vocabulary)
    local prefs = LrPrefs.prefsForPlugin()
    prefs.command, prefs.level, prefs.vocabulary = trimmed(command), known_level(level), trimmed(vocabulary)
end

return Options
