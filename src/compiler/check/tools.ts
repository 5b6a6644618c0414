/** Resolves the name of a tool: a built-in tool, a preset, a tool of an MCP server, or one that only an agent has. */
import type { Catalogue, ToolEntry } from '../catalogue.ts'
import { meantNearest } from '../correction.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Located, Preset, Step, Workflow } from '../document.ts'

export type ResolvedTool =
  | { kind: 'known'; entry: ToolEntry }
  /** `entry` is undefined if the schema of the preset's tool is not known. */
  | { kind: 'preset'; preset: Preset; entry: ToolEntry | undefined }
  /** The schema comes from the MCP server, or from the agent that runs the tool. */
  | { kind: 'mcp' | 'remote' }

export interface ToolNames {
  /** @param step The calling step: on another host, it may name tools that are not known here. */
  resolve(name: string, step?: Step): ResolvedTool | undefined
  /** Returns the known names, for "did you mean". */
  known(): string[]
}

export const createToolNames = (workflow: Workflow, catalogue: Catalogue): ToolNames => {
  const resolveWithin = (name: string, isRemote: boolean): Exclude<ResolvedTool, { kind: 'preset' }> | undefined => {
    const entry = catalogue.tools.get(name)
    if (entry !== undefined) return { kind: 'known', entry }
    const [head, server = ''] = name.split('.')
    if (head === 'mcp' && workflow.mcp.has(server)) return { kind: 'mcp' }
    return isRemote ? { kind: 'remote' } : undefined
  }
  return {
    resolve(name, step) {
      const isRemote = step !== undefined && isRemoteStep(step, workflow)
      const preset = workflow.presets.get(name)
      if (preset === undefined) return resolveWithin(name, isRemote)
      const tool = resolveWithin(preset.tool.value, isRemote)
      return { kind: 'preset', preset, entry: tool?.kind === 'known' ? tool.entry : undefined }
    },
    known: () => [
      ...workflow.presets.keys(),
      ...catalogue.tools.keys(),
      ...[...workflow.mcp.keys()].map((server) => `mcp.${server}.…`),
    ],
  }
}

export const isRemoteStep = (step: Step, workflow: Workflow): boolean => {
  const placement = step.runsOn ?? workflow.runsOn
  return placement !== undefined && placement.value !== 'local'
}

export const reportUnknownTool = (
  { value, range }: Located<string>,
  { tools, diagnostics }: { tools: ToolNames; diagnostics: Diagnostics },
): void => {
  const [head, server = ''] = value.split('.')
  if (head === 'mcp') {
    const hint = `declare it under mcp: { ${server === '' ? 'name' : server}: { command: [...] } }`
    const message = `'${value}' names no declared MCP server: expected mcp.<server>.<tool>`
    diagnostics.error('unknown_tool', range, message, hint)
    return
  }
  const hint = meantNearest(range, value, tools.known()) ?? "a tool that an agent offers needs 'runs_on' on the step"
  diagnostics.error('unknown_tool', range, `'${value}' is no tool that is known here`, hint)
}
