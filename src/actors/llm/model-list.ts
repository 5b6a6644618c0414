import { isJsonObject, type JsonValue } from '../../core/json.ts'

/**
 * The names of models in a vendor's list of them: `{ data: [{ id }] }` of OpenAI and Anthropic, `{ models: [{ name }] }` of Ollama and
 * Gemini, or a bare list. Undefined when the text is none.
 */
export const readModelList = (text: string): string[] | undefined => {
  const body = parse(text)
  const list = isJsonObject(body) ? (body.data ?? body.models) : body
  if (list === null && isJsonObject(body)) return []
  return Array.isArray(list) ? list.flatMap(nameOf) : undefined
}

const nameOf = (entry: JsonValue): string[] => {
  const name = isJsonObject(entry) ? (entry.id ?? entry.name ?? entry.model) : entry
  return typeof name === 'string' ? [name.replace(/^models\//, '')] : []
}

const parse = (text: string): JsonValue | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether two names are of one model for Ollama, which takes the tag `latest` when there is none and keeps its own library unnamed. */
export const isSameOllamaModel = (one: string, other: string): boolean => normalise(one) === normalise(other)

const normalise = (name: string): string => {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '')
  return /:[^/]*$/.test(short) ? short : `${short}:latest`
}
