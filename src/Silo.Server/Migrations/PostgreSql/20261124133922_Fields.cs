using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class Fields : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
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
        }
    }
}
