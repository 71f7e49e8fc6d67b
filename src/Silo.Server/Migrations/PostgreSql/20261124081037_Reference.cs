using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Reference : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "avatar_url",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "birthday",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "deleted_at",
                table: "accounts_users",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "gender",
                table: "accounts_users",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "last_login_address",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "last_login_at",
                table: "accounts_users",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "registered_address",
                table: "accounts_users",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "accounts_addresses",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    link_man = table.Column<string>(type: "text", nullable: false),
                    mobile = table.Column<string>(type: "text", nullable: false),
                    province_id = table.Column<string>(type: "text", nullable: false),
                    city_id = table.Column<string>(type: "text", nullable: false),
                    district_id = table.Column<string>(type: "text", nullable: false),
                    street_id = table.Column<string>(type: "text", nullable: false),
                    province_name = table.Column<string>(type: "text", nullable: false),
                    city_name = table.Column<string>(type: "text", nullable: false),
                    district_name = table.Column<string>(type: "text", nullable: false),
                    street_name = table.Column<string>(type: "text", nullable: false),
                    detail = table.Column<string>(type: "text", nullable: false),
                    post_code = table.Column<string>(type: "text", nullable: false),
                    latitude = table.Column<double>(type: "double precision", nullable: true),
                    longitude = table.Column<double>(type: "double precision", nullable: true),
                    disabled = table.Column<bool>(type: "boolean", nullable: false),
                    is_default = table.Column<bool>(type: "boolean", nullable: false),
                    extra_json = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    updated_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false),
                    deleted_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_accounts_addresses", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "silo_versions",
                columns: table => new
                {
                    topic = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_silo_versions", x => x.topic);
                });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_deleted_at",
                table: "accounts_addresses",
                column: "deleted_at",
                filter: "deleted_at > 0");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id",
                table: "accounts_addresses",
                column: "user_id",
                unique: true,
                filter: "is_default");

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_accounts_addresses_user_id_request_id",
                table: "accounts_addresses",
                columns: new[] { "user_id", "request_id" },
                unique: true,
                filter: "request_id <> ''");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "accounts_addresses");

            migrationBuilder.DropTable(
                name: "silo_versions");

            migrationBuilder.DropColumn(
                name: "avatar_url",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "birthday",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "gender",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "last_login_address",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "last_login_at",
                table: "accounts_users");

            migrationBuilder.DropColumn(
                name: "registered_address",
                table: "accounts_users");
        }
    }
}
