import type { LlmAnswer, LlmRequest, ProviderSettings } from '../../../src/actors/llm/provider.ts'
import { type Fault, isFault } from '../../../src/core/fault.ts'
import type { WireVendor } from './wire.ts'
import type { WireServer } from './wire-server.ts'

export interface Asking {
  /** True: the answer is streamed. Default: false. */
  stream?: boolean
  signal?: AbortSignal
  settings?: Partial<ProviderSettings>
}

/** At least as long as a redacted secret has to be, and too rare to be found by chance. */
export const PLANTED_KEY = 'key-planted-7f3a91c25e'

const QUESTION: LlmRequest['messages'] = [{ role: 'user', content: 'What is the capital of France?' }]

export interface Asked {
  answer: LlmAnswer
  /** The pieces of the stream. */
  pieces: string[]
}

/** Asks through a new provider, with a key, as a workflow does. */
export const askProvider = async (
  { vendor, server }: { vendor: WireVendor; server: Pick<WireServer, 'baseUrl'> },
  request: Partial<LlmRequest> = {},
  { stream = false, signal = new AbortController().signal, settings = {} }: Asking = {},
): Promise<Asked> => {
  const provider = await vendor.createProvider({
    baseUrl: server.baseUrl,
    apiKey: PLANTED_KEY,
    keyVariable: 'PLANTED_KEY_VARIABLE',
    ...settings,
  })
  const pieces: string[] = []
  const answer = await provider.call(
    { model: vendor.model, messages: QUESTION, params: {}, ...request },
    { signal, onText: stream ? (text) => pieces.push(text) : undefined },
  )
  return { answer, pieces }
}

/** Returns the fault of the call. @throws where there is none */
export const catchProviderFault = async (...asking: Parameters<typeof askProvider>): Promise<Fault> => {
  try {
    const { answer } = await askProvider(...asking)
    throw new Error(`expected a fault, got ${JSON.stringify(answer)}`)
  } catch (error) {
    if (isFault(error)) return error
    throw error
  }
}
