/** All built-in tools. Their descriptions are always loaded; the code of a tool is loaded on use. */
import type { Actor, ActorDescription } from '../../core/actor.ts'
import type { ToolEntry } from '../../core/catalogue-entry.ts'
import { Fault } from '../../core/fault.ts'
import { READ_ITEMS, WRITE_RESULTS } from '../../core/item-file.ts'
import { findNearest } from '../../core/nearest.ts'
import { CSV_PARSE } from './csv-parse/csv-parse-description.ts'
import { FILES_DESCRIPTIONS } from './files/files-description.ts'
import type { HttpClient } from './http/http-client.ts'
import { HTTP_DESCRIPTIONS } from './http/http-description.ts'
import { JSON_QUERY } from './json-query/json-query-description.ts'
import { MEMORY_DESCRIPTIONS } from './memory-description.ts'
import { TEXT_TEMPLATE } from './text-template/text-template-description.ts'
import { TIME_NOW } from './time-now/time-now-description.ts'
import type { ToolOptions } from './tool-options.ts'

const AVAILABLE = [...HTTP_DESCRIPTIONS, ...FILES_DESCRIPTIONS, JSON_QUERY, TEXT_TEMPLATE, CSV_PARSE, TIME_NOW]

/** All tools as the compiler and the catalogue see them, without their code. */
export const TOOL_DESCRIPTIONS: readonly ToolEntry[] = [
  ...AVAILABLE.map((tool) => ({ ...tool, available: true })),
  ...MEMORY_DESCRIPTIONS.map((tool) => ({ ...tool, available: false })),
]

type Load = (options: ToolOptions) => Promise<Actor>

const LOADERS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['files.read', async (options) => (await import('./files/read-file.ts')).createReadTool(options)],
  ['files.write', async (options) => (await import('./files/write-file.ts')).createWriteTool(options)],
  ['files.append', async (options) => (await import('./files/write-file.ts')).createAppendTool(options)],
  ['files.list', async (options) => (await import('./files/list-files.ts')).createListTool(options)],
  ['json.query', async (options) => (await import('./json-query/json-query.ts')).createQueryTool(options)],
  ['text.template', async () => (await import('./text-template/text-template.ts')).createTemplateTool()],
  ['csv.parse', async () => (await import('./csv-parse/csv-parse.ts')).createCsvTool()],
  ['time.now', async (options) => (await import('./time-now/time-now.ts')).createTimeTool(options)],
  ...HTTP_DESCRIPTIONS.map((description): [string, Load] => [
    description.name,
    (options) => loadHttpTool(description, options),
  ]),
])

/** Loads the actor of a built-in tool. @throws Fault `not_found` for an unknown name, `unavailable` for a tool of a later release */
export const loadTool = async (name: string, options: ToolOptions): Promise<Actor> => {
  const load = LOADERS.get(name)
  if (load !== undefined) return load(options)
  if (TOOL_DESCRIPTIONS.some((tool) => tool.name === name))
    throw new Fault('unavailable', `the tool '${name}' comes in a later release`)
  const nearest = findNearest(name, LOADERS.keys())
  throw new Fault(
    'not_found',
    `there is no tool '${name}'${nearest === undefined ? '' : `, did you mean '${nearest}'?`}`,
  )
}

const ITEM_LOADERS: ReadonlyMap<string, Load> = new Map<string, Load>([
  [READ_ITEMS, async (options) => (await import('./files/read-items.ts')).createItemReader(options)],
  [WRITE_RESULTS, async (options) => (await import('./files/write-results.ts')).createResultWriter(options)],
])

/** Loads an actor for the files of a foreach, which no step can call. @throws Fault `not_found` for an unknown name */
export const loadItemActor = async (name: string, options: ToolOptions): Promise<Actor> => {
  const load = ITEM_LOADERS.get(name)
  if (load === undefined) throw new Fault('not_found', `there is no actor '${name}'`)
  return load(options)
}

/** Keeps one client for all http tools with the same options, so that they share connections. */
const clients = new WeakMap<ToolOptions, HttpClient>()

const loadHttpTool = async (description: ActorDescription, options: ToolOptions): Promise<Actor> => {
  const [{ createHttpTool }, { HttpClient }] = await Promise.all([
    import('./http/http-tool.ts'),
    import('./http/http-client.ts'),
  ])
  const client = clients.get(options) ?? new HttpClient(options.http.allow)
  clients.set(options, client)
  return createHttpTool(description, { client, now: options.now })
}
