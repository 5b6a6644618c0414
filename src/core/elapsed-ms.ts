/** Milliseconds since the process started, by a monotonic clock; `performance` would load much more of Node. */
export const elapsedMs = (): number => process.uptime() * 1000
