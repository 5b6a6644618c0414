/** A definition that is registered under the name of its workflow. New runs by name use the newest version. */
export interface RegisteredWorkflow {
  workflow: string
  /** Hash. */
  definition: string
  /** 1, 2, … for each name. */
  version: number
  /** Epoch milliseconds. */
  registeredAt: number
  /** Absolute folder that its paths are relative to; null: unknown. */
  folder: string | null
}

export interface WorkflowEntry {
  workflow: string
  /** Hash of a saved definition. */
  definition: string
  at: number
  /** Absolute folder that its paths are relative to. */
  folder?: string
}

export interface WorkflowStore {
  /**
   * Adds a version of the name. If the newest version has the same definition, only its folder is changed, if one is given. An older
   * definition that is registered again becomes the newest version.
   * @throws Defect J4 when the definition is not saved
   */
  registerWorkflow(entry: WorkflowEntry): Promise<'new' | 'unchanged'>
  /** Lists the newest version of each name, by name. */
  listWorkflows(): Promise<RegisteredWorkflow[]>
  /** Lists all versions of a name, newest first. */
  listVersions(workflow: string): Promise<RegisteredWorkflow[]>
  /** Finds the newest version of a name. */
  findWorkflow(workflow: string): Promise<RegisteredWorkflow | undefined>
}
