/** The vendors, and the variables that lead the command line to a server that speaks like them. */
import { anthropicWire } from './anthropic.ts'
import { azureWire, deepseekWire, groqWire, mistralWire, openrouterWire, xaiWire } from './compatible.ts'
import { geminiWire } from './gemini.ts'
import { ollamaWire } from './ollama.ts'
import { openaiWire } from './openai.ts'
import type { WireVendor } from './wire.ts'

export interface WiredVendor {
  vendor: WireVendor
  /** As a workflow names it; its price is known. */
  model: string
  /** The variables that lead to a server, with this key. */
  variables(baseUrl: string, key: string): Record<string, string>
}

export const WIRED_VENDORS: readonly WiredVendor[] = [
  {
    vendor: openaiWire,
    model: 'openai/gpt-4.1-mini',
    variables: (baseUrl, key) => ({ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: key }),
  },
  {
    vendor: anthropicWire,
    model: 'anthropic/claude-haiku-4-5',
    variables: (baseUrl, key) => ({ ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: key }),
  },
  {
    vendor: geminiWire,
    model: 'gemini/gemini-2.5-flash',
    variables: (baseUrl, key) => ({ GEMINI_BASE_URL: baseUrl, GOOGLE_API_KEY: key }),
  },
  ...(
    [
      [mistralWire, 'mistral/mistral-large-latest', 'MISTRAL'],
      [xaiWire, 'xai/grok-4', 'XAI'],
      [deepseekWire, 'deepseek/deepseek-chat', 'DEEPSEEK'],
      [groqWire, 'groq/llama-3.3-70b-versatile', 'GROQ'],
      [openrouterWire, 'openrouter/mistralai/mistral-large', 'OPENROUTER'],
    ] as const
  ).map(
    ([vendor, model, name]): WiredVendor => ({
      vendor,
      model,
      variables: (baseUrl, key) => ({ [`${name}_BASE_URL`]: baseUrl, [`${name}_API_KEY`]: key }),
    }),
  ),
  {
    vendor: azureWire,
    model: 'azure/gpt-4.1-mini',
    variables: (baseUrl, key) => ({ AZURE_OPENAI_ENDPOINT: baseUrl, AZURE_OPENAI_API_KEY: key }),
  },
  { vendor: ollamaWire, model: 'ollama/llama3.2', variables: (baseUrl) => ({ OLLAMA_HOST: baseUrl }) },
]

const NAMES = 'OPENAI ANTHROPIC GEMINI GOOGLE MISTRAL XAI DEEPSEEK GROQ OPENROUTER'.split(' ')

/** Removes the variables of the machine that runs the tests. */
export const NO_VENDOR_VARIABLES: Readonly<Record<string, undefined>> = Object.fromEntries([
  ['OLLAMA_HOST', undefined],
  ['AZURE_OPENAI_ENDPOINT', undefined],
  ['AZURE_OPENAI_API_KEY', undefined],
  ...NAMES.flatMap((name) => [
    [`${name}_API_KEY`, undefined],
    [`${name}_BASE_URL`, undefined],
  ]),
])
