using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Lotteries9 : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "prize_ordinal",
                table: "lotteries_draws",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            // EF adds the column; how often each prize was drawn before is in the draws that are there.
            migrationBuilder.Sql(
                """
                UPDATE lotteries_draws SET prize_ordinal = counted.ordinal
                FROM (
                    SELECT id, row_number() OVER (PARTITION BY lottery_id, prize_id ORDER BY position) - 1 AS ordinal
                    FROM lotteries_draws
                ) AS counted
                WHERE counted.id = lotteries_draws.id
                """);

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

            migrationBuilder.CreateIndex(
                name: "IX_lotteries_draws_goods",
                table: "lotteries_draws",
                columns: new[] { "lottery_id", "position" },
                filter: "is_goods");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "lotteries_addresses");

            migrationBuilder.DropIndex(
                name: "IX_lotteries_draws_goods",
                table: "lotteries_draws");

            migrationBuilder.DropColumn(
                name: "prize_ordinal",
                table: "lotteries_draws");
        }
    }
}
