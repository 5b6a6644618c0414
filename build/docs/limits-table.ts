import { formatLimit, LIMITS, type Limit } from '../../src/core/limits.ts'

/** The table of docs/operations.md, which test/docs/operations.test.ts holds to the code. */
export const renderLimits = (): string =>
  [
    '| limit | of | warns at | at most | beyond that |',
    '|---|---|---|---|---|',
    ...Object.values<Limit>(LIMITS).map((limit) => {
      const warns = limit.warnsAt === undefined ? '' : formatLimit(limit.warnsAt, limit)
      return `| \`${limit.name}\` | ${limit.what} | ${warns} | ${formatLimit(limit.most, limit)} | ${limit.beyond} |`
    }),
  ].join('\n')
