import { Migration } from '@mikro-orm/migrations'

/** A migration of plain SQL, as MikroORM's migrator takes it. */
export const toMigration = ({ name, statements }: { name: string; statements: readonly string[] }) => ({
  name,
  class: class extends Migration {
    override name = name

    override up(): void {
      for (const statement of statements) this.addSql(statement)
    }
  },
})
