-- What Lightroom reads first: only a table, since neither import nor require is there yet.
return {
    LrSdkVersion = 6.0,
    LrSdkMinimumVersion = 6.0,
    LrToolkitIdentifier = "phototag.lightroom",
    LrPluginName = "phototag",
    LrMetadataProvider = "Fields.lua",
    LrLibraryMenuItems = {
        { title = "Tag with phototag", file = "Tag.lua", enabledWhen = "photosSelected" },
        { title = "Take back", file = "TakeBack.lua", enabledWhen = "photosSelected" },
        { title = "Settings", file = "Settings.lua" },
    },
    VERSION = { major = 0, minor = 1, revision = 0 },
}
