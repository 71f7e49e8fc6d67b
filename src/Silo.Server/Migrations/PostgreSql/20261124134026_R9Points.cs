using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class R9Points : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets");

            migrationBuilder.DropIndex(
                name: "IX_points_grants_user_id",
                table: "points_grants");

            migrationBuilder.AddColumn<long>(
                name: "points_received",
                table: "wallets_wallets",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "daily_limit",
                table: "points_rules",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets",
                sql: "balance BETWEEN 0 AND 9007199254740991 AND frozen BETWEEN 0 AND 9007199254740991 AND commission BETWEEN 0 AND 9007199254740991 AND balance_debt BETWEEN -9007199254740991 AND 0 AND points BETWEEN 0 AND 9007199254740991 AND points_debt BETWEEN -9007199254740991 AND 0 AND points_received >= 0");

            migrationBuilder.CreateIndex(
                name: "IX_points_grants_user_id_event_at",
                table: "points_grants",
                columns: new[] { "user_id", "event", "at" });

            // What was summed by each read until now; 5 is the account of points.
            migrationBuilder.Sql(
                """
                UPDATE wallets_wallets SET points_received = COALESCE(
                    (SELECT sum(e.amount) FROM wallets_entries e
                    WHERE e.user_id = wallets_wallets.user_id AND e.account = 5 AND e.sequence IS NOT NULL AND e.amount > 0), 0)
                """);

            // A rule of invitations, which are event 5, needs a limit.
            migrationBuilder.Sql("UPDATE points_rules SET daily_limit = 10 WHERE event = 5");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets");

            migrationBuilder.DropIndex(
                name: "IX_points_grants_user_id_event_at",
                table: "points_grants");

            migrationBuilder.DropColumn(
                name: "points_received",
                table: "wallets_wallets");

            migrationBuilder.DropColumn(
                name: "daily_limit",
                table: "points_rules");

            migrationBuilder.AddCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets",
                sql: "balance >= 0 AND frozen >= 0 AND commission >= 0 AND balance_debt <= 0 AND points >= 0 AND points_debt <= 0");

            migrationBuilder.CreateIndex(
                name: "IX_points_grants_user_id",
                table: "points_grants",
                column: "user_id");
        }
    }
}
