/** What the project lets its tools touch. Every list is complete: nothing is added to it here. */
export interface ToolOptions {
  files: {
    /** Absolute folders that may be read; the first is what relative paths are relative to. */
    read: string[]
    /** Absolute folders that may be written. */
    write: string[]
    /** Absolute files and folders that are never touched, though they lie in a root: the config, the database. */
    protected: string[]
  }
  http: {
    /**
     * Private addresses and hosts that may be reached, each `host`, `host:port`, `address` or `address:port`, compared
     * whole: `127.0.0.1:8080`, `intranet.example`, `[::1]:8080`. A host entry admits whatever that name resolves to.
     */
    allow: string[]
  }
  /** Milliseconds since the epoch. */
  now(): number
}
