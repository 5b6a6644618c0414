/** Files and addresses that tools may touch. Every list is complete: nothing is added to it here. */
export interface ToolOptions {
  files: {
    /** Absolute folders that may be read. Relative paths are relative to the first. */
    read: string[]
    /** Absolute folders that may be written. */
    write: string[]
    /** Absolute files and folders that are never touched, even inside a root: the config, the database. */
    protected: string[]
  }
  http: {
    /**
     * Private addresses and hosts that may be reached, each `host`, `host:port`, `address` or `address:port`, compared whole:
     * `127.0.0.1:8080`, `intranet.example`, `[::1]:8080`. A host entry admits every address that the name resolves to.
     */
    allow: string[]
  }
  json: {
    /** True: queries may call `$eval`, which runs text as a query. */
    eval: boolean
  }
  /** Milliseconds since the epoch. */
  now(): number
}
