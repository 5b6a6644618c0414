import { expectKey } from './missing-key.ts'
import { createModelRequest, type ModelRequest, type ModelRequestOptions } from './model-request.ts'
import type { CallOptions, LlmAnswer, LlmRequest } from './provider.ts'

export interface ProviderCall extends Pick<ModelRequestOptions, 'kind' | 'settings'> {
  asked: LlmRequest
  options: CallOptions
}

/** One call of a provider: nothing is asked without a key, and the request has an end whatever happens. @throws Fault, Cancelled */
export const withModelRequest = async (
  { kind, settings, asked: { model }, options: { signal, onText } }: ProviderCall,
  perform: (request: ModelRequest) => Promise<LlmAnswer>,
): Promise<LlmAnswer> => {
  expectKey(settings)
  const request = createModelRequest({ kind, settings, model, signal, streams: onText !== undefined })
  try {
    return await perform(request)
  } catch (error) {
    throw request.toFault(error)
  } finally {
    request.close()
  }
}
