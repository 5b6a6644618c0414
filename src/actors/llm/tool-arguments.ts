import { isJsonObject, type JsonObject } from '../../core/json.ts'

/** The arguments of a model's call for vendors that want an object back; what is none is empty: the tool's answer says what was wrong. */
export const toArgumentsObject = (text: string): JsonObject => {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** As a model wrote them; some write nothing where they mean no arguments. */
export const toArgumentsText = (text: string | undefined): string =>
  text === undefined || text.trim() === '' ? '{}' : text
