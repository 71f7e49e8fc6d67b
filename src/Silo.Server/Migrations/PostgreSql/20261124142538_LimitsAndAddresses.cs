using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class LimitsAndAddresses : Migration
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

            migrationBuilder.AddColumn<long>(
                name: "prize_ordinal",
                table: "lotteries_draws",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "expires_at",
                table: "catalog_members",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "since",
                table: "catalog_members",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "created_at",
                table: "catalog_levels",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "number",
                table: "catalog_levels",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "sort",
                table: "catalog_levels",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "updated_at",
                table: "catalog_levels",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "lotteries_addresses",
                columns: table => new
                {
                    draw_id = table.Column<long>(type: "bigint", nullable: false),
                    ordinal = table.Column<int>(type: "integer", nullable: false),
                    link_man = table.Column<string>(type: "text", nullable: false),
                    mobile = table.Column<string>(type: "text", nullable: false),
                    region = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false),
                    post_code = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lotteries_addresses", x => new { x.draw_id, x.ordinal });
                });

            migrationBuilder.AddCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets",
                sql: "balance BETWEEN 0 AND 9007199254740991 AND frozen BETWEEN 0 AND 9007199254740991 AND commission BETWEEN 0 AND 9007199254740991 AND balance_debt BETWEEN -9007199254740991 AND 0 AND points BETWEEN 0 AND 9007199254740991 AND points_debt BETWEEN -9007199254740991 AND 0 AND points_received >= 0");

            migrationBuilder.CreateIndex(
                name: "IX_points_grants_user_id_event_at",
                table: "points_grants",
                columns: new[] { "user_id", "event", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_draws_goods",
                table: "lotteries_draws",
                columns: new[] { "lottery_id", "position" },
                filter: "is_goods");

            // How often each prize was drawn before is in the draws that are there.
            migrationBuilder.Sql(
                """
                UPDATE lotteries_draws SET prize_ordinal = counted.ordinal
                FROM (
                    SELECT id, row_number() OVER (PARTITION BY lottery_id, prize_id ORDER BY position) - 1 AS ordinal
                    FROM lotteries_draws
                ) AS counted
                WHERE counted.id = lotteries_draws.id
                """);

            // What was summed by each read until now; 5 is the account of points.
            migrationBuilder.Sql(
                """
                UPDATE wallets_wallets SET points_received = COALESCE(
                    (SELECT sum(e.amount) FROM wallets_entries e
                    WHERE e.user_id = wallets_wallets.user_id AND e.account = 5 AND e.sequence IS NOT NULL AND e.amount > 0), 0)
                """);

            // A rule of invitations, which are event 5, needs a limit.
            migrationBuilder.Sql("UPDATE points_rules SET daily_limit = 10 WHERE event = 5");

            // A node of an older version that still runs must fail and not write a wrong number.
            migrationBuilder.Sql(
                """
                ALTER TABLE lotteries_draws ALTER COLUMN prize_ordinal DROP DEFAULT;
                ALTER TABLE wallets_wallets ALTER COLUMN points_received DROP DEFAULT;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "lotteries_addresses");

            migrationBuilder.DropCheckConstraint(
                name: "ck_wallets_bounds",
                table: "wallets_wallets");

            migrationBuilder.DropIndex(
                name: "IX_points_grants_user_id_event_at",
                table: "points_grants");

            migrationBuilder.DropIndex(
                name: "IX_lotteries_draws_goods",
                table: "lotteries_draws");

            migrationBuilder.DropColumn(
                name: "points_received",
                table: "wallets_wallets");

            migrationBuilder.DropColumn(
                name: "daily_limit",
                table: "points_rules");

            migrationBuilder.DropColumn(
                name: "prize_ordinal",
                table: "lotteries_draws");

            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "catalog_members");

            migrationBuilder.DropColumn(
                name: "since",
                table: "catalog_members");

            migrationBuilder.DropColumn(
                name: "created_at",
                table: "catalog_levels");

            migrationBuilder.DropColumn(
                name: "number",
                table: "catalog_levels");

            migrationBuilder.DropColumn(
                name: "sort",
                table: "catalog_levels");

            migrationBuilder.DropColumn(
                name: "updated_at",
                table: "catalog_levels");

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
