-- The menu entry "Tag with phototag".

local LrDialogs = import("LrDialogs")
local LrFunctionContext = import("LrFunctionContext")

local Tagging = require("Tagging")

LrFunctionContext.postAsyncTaskWithContext("phototag: tag", function(context)
    LrDialogs.attachErrorDialogToFunctionContext(context)
    Tagging.run(context)
end)
