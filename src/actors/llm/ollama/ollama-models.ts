/** Names of Ollama's models, and the command that gets one. */

export const OLLAMA_PORT = '11434'
export const OLLAMA_URL = `http://127.0.0.1:${OLLAMA_PORT}`

/** Writes the command for a server at `url`. @param model Without the provider. */
export const writePull = ({ model, url }: { model: string; url: string }): string => {
  const { origin } = URL.parse(url) ?? {}
  return `${origin === OLLAMA_URL ? '' : `OLLAMA_HOST=${origin} `}ollama pull ${quote(model)}`
}

/** Quotes for a shell: the name comes from a workflow, and may hold anything. */
const quote = (model: string): string => (/^[\w.:/@-]+$/.test(model) ? model : `'${model.replaceAll("'", `'\\''`)}'`)

/** Ollama takes the tag `latest` where a name has none, and leaves its own library unnamed. */
export const isSameOllamaModel = (one: string, other: string): boolean => normalise(one) === normalise(other)

const normalise = (name: string): string => {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?library\//, '')
  return /:[^/]*$/.test(short) ? short : `${short}:latest`
}
