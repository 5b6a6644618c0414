/**
 * Every diagnostic code, once: title, cause and cure. docs/errors.md is generated from this list, and a test counts one
 * fixture for each. Codes are words and never change their meaning.
 */
export interface CodeExplanation {
  title: string
  cause: string
  fix: string
}

export const DIAGNOSTIC_CODES = {
  // Reading the file
  source_too_large: {
    title: 'The file is too large',
    cause:
      'A workflow may have 256 KiB, 64 levels, 10,000 nodes and 100 aliases, so that no file can stop the process.',
    fix: 'Split the workflow, or move data into a file that a step reads.',
  },
} as const satisfies Record<string, CodeExplanation>

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES
