using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class GroupBuys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "groupbuys_campaigns",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    enabled = table.Column<bool>(type: "boolean", nullable: false),
                    is_over = table.Column<bool>(type: "boolean", nullable: false),
                    open_until = table.Column<long>(type: "bigint", nullable: false),
                    terms = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_campaigns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_groups",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    goods_id = table.Column<long>(type: "bigint", nullable: false),
                    opener_id = table.Column<long>(type: "bigint", nullable: false),
                    reusable = table.Column<bool>(type: "boolean", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    published = table.Column<bool>(type: "boolean", nullable: false),
                    ends_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_groups", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_openings",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false),
                    group_id = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_openings", x => new { x.user_id, x.request_id });
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_seats",
                columns: table => new
                {
                    order_id = table.Column<long>(type: "bigint", nullable: false),
                    group_id = table.Column<long>(type: "bigint", nullable: false),
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    status = table.Column<short>(type: "smallint", nullable: false),
                    reserved_at = table.Column<long>(type: "bigint", nullable: false),
                    reserved_until = table.Column<long>(type: "bigint", nullable: false),
                    taken_at = table.Column<long>(type: "bigint", nullable: false),
                    ended_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_seats", x => x.order_id);
                });

            migrationBuilder.CreateTable(
                name: "groupbuys_users",
                columns: table => new
                {
                    campaign_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    counted_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_groupbuys_users", x => new { x.campaign_id, x.user_id });
                });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_campaigns_goods_id_id",
                table: "groupbuys_campaigns",
                columns: new[] { "goods_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_campaign_id_status_published",
                table: "groupbuys_groups",
                columns: new[] { "campaign_id", "status", "published" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_goods_id_status_id",
                table: "groupbuys_groups",
                columns: new[] { "goods_id", "status", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_groups_opener_id_goods_id",
                table: "groupbuys_groups",
                columns: new[] { "opener_id", "goods_id" },
                unique: true,
                filter: "reusable");

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_seats_group_id_user_id_request_id",
                table: "groupbuys_seats",
                columns: new[] { "group_id", "user_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_groupbuys_seats_user_id_campaign_id_order_id",
                table: "groupbuys_seats",
                columns: new[] { "user_id", "campaign_id", "order_id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "groupbuys_campaigns");

            migrationBuilder.DropTable(
                name: "groupbuys_groups");

            migrationBuilder.DropTable(
                name: "groupbuys_openings");

            migrationBuilder.DropTable(
                name: "groupbuys_seats");

            migrationBuilder.DropTable(
                name: "groupbuys_users");
        }
    }
}
