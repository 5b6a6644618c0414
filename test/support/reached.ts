/** A server in this process that answers HTTP requests, and what tests of its interface share. */
import * as assert from 'uvu/assert'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'
import { toDefinition } from '../../src/runtime/new-run.ts'
import type { Store } from '../../src/store/store.ts'
import { compileWorkflow } from './compile-workflow.ts'
import { connect, type HttpClient } from './http-client.ts'
import { type Serving, serving } from './serving.ts'

export interface Reached extends Serving {
  url: string
  client: HttpClient
}

/** A server with registered workflows, and a client of it. */
export const reachedWith = (
  texts: readonly string[],
  act: (reached: Reached) => Promise<void>,
  options: { store?: Store } = {},
): Promise<void> =>
  serving(async (served) => {
    for (const text of texts) {
      const workflow = compileWorkflow(text)
      await served.store.saveDefinition(toDefinition(workflow))
      await served.store.registerWorkflow({ workflow: workflow.name, definition: workflow.hash, at: Date.now() })
    }
    const url = await served.listen()
    await act({ ...served, url, client: await connect(url) })
  }, options)

export const submit = async (
  { client }: Reached,
  body: JsonObject,
  headers?: Record<string, string>,
): Promise<JsonObject> => {
  const answer = await client.post('/api/v1/runs', body, headers)
  assert.is(answer.status, 202, JSON.stringify(answer.body))
  return answer.body
}

export const pathOf = ({ run }: JsonObject): string => `/api/v1/runs/${run}`

/** Submits a run and waits for its end. */
export const submitToEnd = async ({ client }: Reached, body: JsonObject): Promise<JsonObject> => {
  const answer = await client.post('/api/v1/runs?wait=30s', body)
  assert.is(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

export const untilEnded = async ({ client, until }: Reached, run: JsonObject): Promise<JsonObject> => {
  let seen: JsonObject = {}
  await until(`run ${run.run} ends`, async () => {
    seen = (await client.get(`${pathOf(run)}/trace`)).body
    return seen.ended_at !== null
  })
  return seen
}

/** The objects in a list of an answer. */
export const objectsOf = (list: JsonValue | undefined): JsonObject[] => {
  assert.ok(Array.isArray(list), JSON.stringify(list))
  return list.filter(isJsonObject)
}
