/** Names of the rows that compare servers, and how much each of them has to do. */

/** Runs in flight at any moment, over all servers; for the peers too. */
export const LINES_AT_ONCE = 200

export const toServers = (count: number): string => (count === 1 ? '1 server' : `${count} servers`)

/** Name of the row with the cores of the machine that were busy during another one. */
export const toBusyCores = (metric: string): string => `${metric}, busy cores`
