-- The menu entry "Settings".

local LrBinding = import("LrBinding")
local LrDialogs = import("LrDialogs")
local LrFunctionContext = import("LrFunctionContext")
local LrView = import("LrView")

local Options = require("Options")
local Runner = require("Runner")

local WIDTH = 40 -- characters of a path

local function path_row(f, title, key)
    return f:row({
        f:static_text({ title = title, width = LrView.share("label") }),
        f:edit_field({ value = LrView.bind(key), width_in_chars = WIDTH }),
    })
end

local function contents(properties)
    local f = LrView.osFactory()
    return f:column({
        bind_to_object = properties,
        spacing = f:control_spacing(),
        path_row(f, "Path of phototag (empty: as installed)", "command"),
        f:row({
            f:static_text({ title = "Keywords", width = LrView.share("label") }),
            f:popup_menu({ value = LrView.bind("level"), items = Options.LEVELS }),
        }),
        path_row(f, "Keywords of your own (a TOML file; empty: as installed)", "vocabulary"),
    })
end

LrFunctionContext.postAsyncTaskWithContext("phototag: settings", function(context)
    LrDialogs.attachErrorDialogToFunctionContext(context)
    local now, properties = Options.read(), LrBinding.makePropertyTable(context)
    properties.command, properties.level, properties.vocabulary = now.own_command, now.level, now.own_vocabulary
    local answer = LrDialogs.presentModalDialog({
        title = "phototag",
        contents = contents(properties),
        actionVerb = "Save",
    })
    if answer ~= "ok" then
        return
    end
    Options.write(properties.command, properties.level, properties.vocabulary)
    local version, wrong = Runner.version(Options.read().command)
    if version then
        LrDialogs.showBezel("phototag " .. version, 3)
    else
        local remedy = "\nCheck the path; `phototag integrate lightroom` sets the one that is installed."
        LrDialogs.message("phototag cannot be run with this path.", wrong .. remedy, "warning")
    end
end)
