using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Silo.Server.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class FilesAndComments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "comments_comments",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    status = table.Column<int>(type: "integer", nullable: false),
                    ref_id = table.Column<long>(type: "bigint", nullable: false),
                    parent_id = table.Column<long>(type: "bigint", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    search_content = table.Column<string>(type: "text", nullable: false),
                    pictures = table.Column<string>(type: "text", nullable: false),
                    file_name = table.Column<string>(type: "text", nullable: false),
                    mobile = table.Column<string>(type: "text", nullable: false),
                    extra_json = table.Column<string>(type: "text", nullable: false),
                    shop_id = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    reply = table.Column<string>(type: "text", nullable: false),
                    replied_at = table.Column<long>(type: "bigint", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    request_hash = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_comments_comments", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_files",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    shown_name = table.Column<string>(type: "text", nullable: false),
                    search_name = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<int>(type: "integer", nullable: false),
                    size = table.Column<long>(type: "bigint", nullable: false),
                    width = table.Column<int>(type: "integer", nullable: false),
                    height = table.Column<int>(type: "integer", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_files", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "files_usage",
                columns: table => new
                {
                    user_id = table.Column<long>(type: "bigint", nullable: false),
                    bytes = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_files_usage", x => x.user_id);
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
                name: "IX_comments_comments_parent_id_id",
                table: "comments_comments",
                columns: new[] { "parent_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_ref_id_kind_id",
                table: "comments_comments",
                columns: new[] { "ref_id", "kind", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_status_id",
                table: "comments_comments",
                columns: new[] { "status", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_id",
                table: "comments_comments",
                columns: new[] { "user_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_comments_comments_user_id_request_id",
                table: "comments_comments",
                columns: new[] { "user_id", "request_id" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_expires_at",
                table: "files_files",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_files_files_name",
                table: "files_files",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_files_files_user_id_id",
                table: "files_files",
                columns: new[] { "user_id", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "comments_comments");

            migrationBuilder.DropTable(
                name: "files_files");

            migrationBuilder.DropTable(
                name: "files_usage");

            migrationBuilder.DropTable(
                name: "silo_versions");
        }
    }
}
