import type { CheckContext } from './check-context.ts'
import type { Site } from './expression-checks.ts'

/** Checks the variables of MCP servers. They are given when a server starts, before any step. */
export const checkMcpServers = ({ workflow, names, expressions }: CheckContext): void => {
  const site: Site = { names: names.ofPreset({ secrets: true }), node: undefined }
  for (const { env } of workflow.mcp.values()) for (const value of env?.values() ?? []) expressions.value(value, site)
}
