/** The codes of what is wrong with a file before it is a workflow. Part of DIAGNOSTIC_CODES. */
export const READING_CODES = {
  source_too_large: {
    title: 'The file is too large',
    cause:
      'A workflow may have 256 KiB, 64 levels, 10,000 nodes and 100 aliases, so that no file can stop the process.',
    fix: 'Split the workflow, or move data into a file that a step reads.',
  },
  not_utf8: {
    title: 'The file is not UTF-8 text',
    cause: 'The bytes of the file are in another encoding, or are no text at all.',
    fix: 'Save the file as UTF-8.',
  },
  control_character: {
    title: 'A control character stands in the file',
    cause: 'YAML text holds no control characters besides tabs and line breaks; binary files do.',
    fix: 'Remove the character. Where it is meant, write it as an escape such as `"\\x1b"` in double quotes.',
  },
  empty_file: {
    title: 'The file is empty',
    cause: 'The file has no content, or comments only.',
    fix: 'Write a workflow: at least `workflow` and `steps`.',
  },
  yaml_syntax: {
    title: 'The file is not YAML',
    cause:
      'A bracket or a quote is open, the indentation is wrong, or a text that needs quotes has none. Only the first such error is reported.',
    fix: 'Correct the place that is shown; a text that holds `: ` or ` #` must be quoted.',
  },
  yaml_slip: {
    title: 'An expression needs quotes',
    cause:
      'YAML reads the expression as something else: a tag, an alias, a list, a map, a comment, or a part of it only.',
    fix: 'Quote the whole expression. The hint is the corrected line.',
  },
  several_documents: {
    title: 'The file has more than one YAML document',
    cause: 'A line `---` begins a second document. One file holds one workflow.',
    fix: 'Put each workflow into a file of its own.',
  },
  unknown_tag: {
    title: 'A tag that means nothing here',
    cause: "A value begins with `!`, which YAML takes for a tag. Only YAML's own tags such as `!!str` are known.",
    fix: 'Quote the text, or remove the tag.',
  },
  unknown_alias: {
    title: 'An alias without an anchor',
    cause: 'A value begins with `*`, which YAML takes for an alias, and no anchor `&` of that name stands before it.',
    fix: 'Quote the text, or define the anchor before it is used.',
  },
  duplicate_key: {
    title: 'A key stands twice',
    cause: 'A map has two entries with the same key; only one could hold.',
    fix: 'Remove or rename one of them.',
  },
  forbidden_key: {
    title: 'The key is not allowed',
    cause:
      'The key is one that programs give a meaning of its own: `__proto__`, `constructor`, `prototype`, or the merge key `<<` of YAML 1.1.',
    fix: 'Choose another name, or write merged keys out.',
  },
  key_not_text: {
    title: 'A key is not text',
    cause: 'A key is a number, a boolean, null, a list or a map. Keys of JSON are text.',
    fix: 'Quote the key.',
  },
  unsafe_integer: {
    title: 'The number would lose digits',
    cause: 'Whole numbers are exact up to 9,007,199,254,740,991 only.',
    fix: 'Write it as text, in quotes.',
  },
  infinite_number: {
    title: 'The number is not finite',
    cause: '`.inf`, `.nan` and numbers beyond 1.8e308 are no JSON numbers.',
    fix: 'Write another number, or text in quotes.',
  },
} as const
