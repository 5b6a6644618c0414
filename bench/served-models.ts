/** Models behind a local server that answers at once: asked by a workflow, and by the bare SDK for comparison. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import type { Providers } from '../src/app/project/provider-access.ts'

/** Tokens of each streamed answer. */
export const STREAMED_TOKENS = 5_000

export interface ServedModels {
  /** Both vendors, for a workflow. */
  providers: Providers
  /** As an SDK is used that is used alone: one client, made once. */
  bare: readonly BareSdk[]
  stop(): void
}

export interface BareSdk {
  /** As a provider is named. */
  name: string
  call(prompt: string): Promise<string>
  /** How many pieces of text came. */
  stream(prompt: string): Promise<number>
}

export const startServedModels = async (): Promise<ServedModels> => {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'model-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = await once(server.stdout, 'data')
  const url = `http://127.0.0.1:${String(line).trim()}`
  return {
    providers: {
      openai: { kind: 'openai', settings: { baseUrl: `${url}/v1`, apiKey: KEY } },
      ollama: { kind: 'ollama', settings: { baseUrl: url } },
    },
    bare: [createBareOpenAi(url), createBareOllama(url)],
    stop: () => void server.kill(),
  }
}

const KEY = 'a-key-of-the-bench'
const MODEL = 'bench'

const createBareOpenAi = (url: string): BareSdk => {
  const { chat } = new OpenAI({ apiKey: KEY, baseURL: `${url}/v1`, maxRetries: 0 })
  const toBody = (content: string) => ({ model: MODEL, messages: [{ role: 'user' as const, content }] })
  return {
    name: 'openai',
    call: async (prompt) => (await chat.completions.create(toBody(prompt))).choices[0]?.message.content ?? '',
    async stream(prompt) {
      let pieces = 0
      const chunks = await chat.completions.create({ ...toBody(prompt), stream: true })
      for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) pieces++
      return pieces
    },
  }
}

const createBareOllama = (url: string): BareSdk => {
  const client = new Ollama({ host: url })
  const toBody = (content: string) => ({ model: MODEL, messages: [{ role: 'user', content }] })
  return {
    name: 'ollama',
    call: async (prompt) => (await client.chat(toBody(prompt))).message.content,
    async stream(prompt) {
      let pieces = 0
      for await (const part of await client.chat({ ...toBody(prompt), stream: true }))
        if (part.message.content) pieces++
      return pieces
    },
  }
}
