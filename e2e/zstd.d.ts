/// <reference path="../agent/zstd.d.ts" />
