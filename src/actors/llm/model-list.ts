import { isJsonObject, type JsonValue, tryParseJson } from '../../core/json.ts'

/**
 * Reads the names in a list of models: `{ data: [{ id }] }` as OpenAI and Anthropic write it, `{ models: [{ name }] }` as Ollama and
 * Gemini do, or a bare list. Undefined when the text is no list.
 */
export const readModelList = (text: string): string[] | undefined => {
  const body = tryParseJson(text)
  const list = isJsonObject(body) ? (body.data ?? body.models) : body
  if (list === null && isJsonObject(body)) return []
  return Array.isArray(list) ? list.flatMap(nameOf) : undefined
}

const nameOf = (entry: JsonValue): string[] => {
  const name = isJsonObject(entry) ? (entry.id ?? entry.name ?? entry.model) : entry
  return typeof name === 'string' ? [name.replace(/^models\//, '')] : []
}
