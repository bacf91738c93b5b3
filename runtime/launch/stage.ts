/** What `ready` reports are about. */
export const stage = { idMaps: 1, complete: 2, mounted: 3, reaped: 4 } as const;
