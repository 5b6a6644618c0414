/** A definition that was registered under its workflow's name: new runs by name take the newest. */
export interface RegisteredWorkflow {
  workflow: string
  /** Hash. */
  definition: string
  /** 1, 2, … for each name. */
  version: number
  /** Epoch milliseconds. */
  registeredAt: number
  /** Absolute: what paths in it are relative to. Null: unknown. */
  folder: string | null
}

export interface WorkflowEntry {
  workflow: string
  /** Hash; it is saved already. */
  definition: string
  at: number
  /** Absolute: what paths in it are relative to. */
  folder?: string
}

export interface WorkflowStore {
  /**
   * A new version of its name, unless the newest is the same: then only its folder is changed, if one is given. An older one that is registered again becomes the newest.
   * @throws Defect J4 when the definition is not saved
   */
  registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'>
  /** The newest version of each name, by name. */
  listWorkflows(): Promise<RegisteredWorkflow[]>
  /** All versions of a name, newest first. */
  listVersions(workflow: string): Promise<RegisteredWorkflow[]>
  /** The newest version. */
  findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined>
}
